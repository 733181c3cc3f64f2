#include <daler/crypto/bip32.h>

#include <daler/crypto/base58check.h>
#include <daler/util/ensure.h>

#include <openssl/crypto.h>

namespace daler::crypto {
namespace {

constexpr std::uint8_t max_depth = 255;

// Positions in the 78 bytes: version, depth, parent, number, chain code, key (33 bytes; a private
// key after a zero).
constexpr std::size_t depth_at = 4;
constexpr std::size_t parent_at = 5;
constexpr std::size_t number_at = 9;
constexpr std::size_t chain_code_at = 13;
constexpr std::size_t key_at = 45;

using Number = std::array<std::uint8_t, 4>;

Number big_endian(std::uint32_t value) {
    return {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
            static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

std::uint32_t from_big_endian(ByteSpan bytes) {
    std::uint32_t out = 0;
    for (const std::uint8_t byte : bytes)
        out = out << 8 | byte;
    return out;
}

// The halves of an HMAC-SHA512. The left one is (part of) a secret: the destructor wipes both.
struct Halves {
    Halves(ByteSpan key, ByteSpan data) {
        Digest512 both = hmac_sha512(key, data);
        std::copy_n(both.begin(), 32, left.begin());
        std::copy_n(both.begin() + 32, 32, right.begin());
        OPENSSL_cleanse(both.data(), both.size());
    }
    ~Halves() { OPENSSL_cleanse(left.data(), left.size()); }
    Halves(const Halves&) = delete;
    Halves& operator=(const Halves&) = delete;

    Digest256 left;
    Digest256 right;
};

// The bytes that BIP 32 hashes for a child: the parent's public key, or a zero and its private
// key, and the number. The destructor wipes them.
struct ChildData {
    ChildData(std::uint8_t prefix, ByteSpan key, std::uint32_t number) {
        bytes[0] = prefix;
        std::ranges::copy(big_endian(number), std::ranges::copy(key, bytes.begin() + 1).out);
    }
    ChildData(const PublicKey& key, std::uint32_t number)
        : ChildData(key.bytes()[0], key.bytes().subspan(1), number) {}
    ~ChildData() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
    ChildData(const ChildData&) = delete;
    ChildData& operator=(const ChildData&) = delete;

    std::array<std::uint8_t, 37> bytes;
};

ExtendedKeyOrigin child_origin(const ExtendedKeyOrigin& parent, const KeyFingerprint& fingerprint,
                               std::uint32_t number, const Digest256& chain_code) {
    return {static_cast<std::uint8_t>(parent.depth + 1), fingerprint, number, chain_code};
}

ExtendedKeyBytes encode(const KeyVersion& version, const ExtendedKeyOrigin& origin) {
    ExtendedKeyBytes out{};
    std::ranges::copy(version, out.begin());
    out[depth_at] = origin.depth;
    std::ranges::copy(origin.parent_fingerprint, out.begin() + parent_at);
    std::ranges::copy(big_endian(origin.child_number), out.begin() + number_at);
    std::ranges::copy(origin.chain_code, out.begin() + chain_code_at);
    return out;
}

std::optional<ExtendedKeyOrigin> decode_origin(ByteSpan bytes, const KeyVersion& version) {
    if (bytes.size() != std::tuple_size_v<ExtendedKeyBytes>) return std::nullopt;
    if (!std::ranges::equal(bytes.first(version.size()), version)) return std::nullopt;
    ExtendedKeyOrigin out;
    out.depth = bytes[depth_at];
    std::ranges::copy(bytes.subspan(parent_at, 4), out.parent_fingerprint.begin());
    out.child_number = from_big_endian(bytes.subspan(number_at, 4));
    std::ranges::copy(bytes.subspan(chain_code_at, 32), out.chain_code.begin());
    const bool has_parent = out.parent_fingerprint != KeyFingerprint{} || out.child_number != 0;
    if (out.depth == 0 && has_parent) return std::nullopt;
    return out;
}

}  // namespace

ExtendedPublicKey::ExtendedPublicKey(const ExtendedKeyOrigin& origin, const PublicKey& key)
    : origin_(origin), key_(key) {
    ensure(key.is_compressed());
}

std::optional<ExtendedPublicKey> ExtendedPublicKey::decode(ByteSpan bytes,
                                                           const KeyVersion& version) {
    const auto origin = decode_origin(bytes, version);
    if (!origin) return std::nullopt;
    const auto key = PublicKey::from_bytes(bytes.subspan(key_at));
    if (!key || !key->is_on_curve()) return std::nullopt;
    return ExtendedPublicKey(*origin, *key);
}

std::optional<ExtendedPublicKey> ExtendedPublicKey::from_text(std::string_view text,
                                                              const KeyVersion& version) {
    const auto bytes = base58check_decode(text);
    return bytes ? decode(*bytes, version) : std::nullopt;
}

ExtendedKeyBytes ExtendedPublicKey::encode(const KeyVersion& version) const {
    ExtendedKeyBytes out = crypto::encode(version, origin_);
    std::ranges::copy(key_.bytes(), out.begin() + key_at);
    return out;
}

std::string ExtendedPublicKey::to_text(const KeyVersion& version) const {
    return base58check_encode(encode(version));
}

KeyFingerprint ExtendedPublicKey::fingerprint() const {
    const Digest160 hash = key_.hash();
    return {hash[0], hash[1], hash[2], hash[3]};
}

std::optional<ExtendedPublicKey> ExtendedPublicKey::derive(std::uint32_t number) const {
    if (number >= hardened || origin_.depth == max_depth) return std::nullopt;
    const Halves child(origin_.chain_code, ChildData(key_, number).bytes);
    const auto key = tweak_add(key_, child.left);
    if (!key) return std::nullopt;
    return ExtendedPublicKey(child_origin(origin_, fingerprint(), number, child.right), *key);
}

ExtendedPrivateKey::ExtendedPrivateKey(const ExtendedKeyOrigin& origin, const PrivateKey& key)
    : origin_(origin), key_(key) {}

std::optional<ExtendedPrivateKey> ExtendedPrivateKey::from_seed(ByteSpan seed) {
    const Halves master(as_bytes("Bitcoin seed"), seed);
    const auto key = PrivateKey::from_bytes(master.left);
    if (!key) return std::nullopt;
    return ExtendedPrivateKey({0, {}, 0, master.right}, *key);
}

std::optional<ExtendedPrivateKey> ExtendedPrivateKey::decode(ByteSpan bytes,
                                                             const KeyVersion& version) {
    const auto origin = decode_origin(bytes, version);
    if (!origin || bytes[key_at] != 0) return std::nullopt;
    const auto key = PrivateKey::from_bytes(bytes.subspan(key_at + 1));
    if (!key) return std::nullopt;
    return ExtendedPrivateKey(*origin, *key);
}

std::optional<ExtendedPrivateKey> ExtendedPrivateKey::from_text(std::string_view text,
                                                                const KeyVersion& version) {
    auto bytes = base58check_decode(text);
    if (!bytes) return std::nullopt;
    auto out = decode(*bytes, version);
    OPENSSL_cleanse(bytes->data(), bytes->size());
    return out;
}

ExtendedKeyBytes ExtendedPrivateKey::encode(const KeyVersion& version) const {
    ExtendedKeyBytes out = crypto::encode(version, origin_);
    std::ranges::copy(key_.bytes(), out.begin() + key_at + 1);
    return out;
}

std::string ExtendedPrivateKey::to_text(const KeyVersion& version) const {
    ExtendedKeyBytes bytes = encode(version);
    std::string out = base58check_encode(bytes);
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return out;
}

std::optional<ExtendedPrivateKey> ExtendedPrivateKey::derive(std::uint32_t number) const {
    if (origin_.depth == max_depth) return std::nullopt;
    const ExtendedPublicKey self = neuter();
    const ChildData data =
        number >= hardened ? ChildData(0, key_.bytes(), number) : ChildData(self.key(), number);
    const Halves child(origin_.chain_code, data.bytes);
    const auto key = key_.tweak_add(child.left);
    if (!key) return std::nullopt;
    return ExtendedPrivateKey(child_origin(origin_, self.fingerprint(), number, child.right), *key);
}

}  // namespace daler::crypto
