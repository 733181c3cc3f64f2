#include <daler/crypto/key.h>

#include "lax_der.h"
#include "secp256k1.h"

#include <daler/util/ensure.h>
#include <daler/util/random.h>

#include <openssl/crypto.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_recovery.h>
#include <secp256k1_schnorrsig.h>

namespace daler::crypto {
namespace {

// A key pair on the stack. The destructor wipes its secret half.
struct KeyPair {
    explicit KeyPair(ByteSpan secret) {
        ensure(secp256k1_keypair_create(secp_context(), &pair, secret.data()) == 1);
    }
    ~KeyPair() { OPENSSL_cleanse(&pair, sizeof pair); }
    KeyPair(const KeyPair&) = delete;
    KeyPair& operator=(const KeyPair&) = delete;

    secp256k1_keypair pair;
};

// A number out of range counts as zero, as in the first Bitcoin software.
bool parse_signature(ByteSpan der, secp256k1_ecdsa_signature& out) {
    const auto compact = parse_lax_der(der);
    if (!compact) return false;
    if (!secp256k1_ecdsa_signature_parse_compact(secp_context(), &out, compact->data())) {
        const CompactSignature zeros{};
        ensure(secp256k1_ecdsa_signature_parse_compact(secp_context(), &out, zeros.data()) == 1);
    }
    return true;
}

// True if R fits into 32 bytes as a positive DER integer.
bool has_low_r(const secp256k1_ecdsa_signature& signature) {
    CompactSignature compact;
    secp256k1_ecdsa_signature_serialize_compact(secp_context(), compact.data(), &signature);
    return compact[0] < 0x80;
}

secp256k1_pubkey make_public_key(ByteSpan secret) {
    secp256k1_pubkey out;
    ensure(secp256k1_ec_pubkey_create(secp_context(), &out, secret.data()) == 1);
    return out;
}

}  // namespace

std::optional<PublicKey> PublicKey::from_bytes(ByteSpan bytes) {
    if (bytes.empty()) return std::nullopt;
    std::size_t size = 0;
    switch (bytes[0]) {
        case 2:
        case 3:
            size = compressed_size;
            break;
        case 4:
        case 6:
        case 7:
            size = uncompressed_size;
            break;
        default:
            return std::nullopt;
    }
    if (bytes.size() != size) return std::nullopt;
    PublicKey out;
    std::ranges::copy(bytes, out.data_.begin());
    out.size_ = static_cast<std::uint8_t>(size);
    return out;
}

bool PublicKey::is_on_curve() const {
    secp256k1_pubkey key;
    return parse_public_key(*this, key);
}

std::optional<PublicKey> PublicKey::uncompressed() const {
    secp256k1_pubkey key;
    if (!parse_public_key(*this, key)) return std::nullopt;
    return serialize_public_key(key, false);
}

bool PublicKey::verify_ecdsa(const Digest256& hash, ByteSpan der) const {
    secp256k1_pubkey key;
    secp256k1_ecdsa_signature signature;
    if (!parse_public_key(*this, key) || !parse_signature(der, signature)) return false;
    // libsecp256k1 verifies low S only. Whether S must be low is a rule of the script, not of the
    // curve.
    secp256k1_ecdsa_signature_normalize(secp_context(), &signature, &signature);
    return secp256k1_ecdsa_verify(secp_context(), &signature, hash.data(), &key) == 1;
}

bool is_low_s(ByteSpan der) {
    secp256k1_ecdsa_signature signature;
    return parse_signature(der, signature) &&
           secp256k1_ecdsa_signature_normalize(secp_context(), nullptr, &signature) == 0;
}

std::optional<PrivateKey> PrivateKey::from_bytes(ByteSpan secret) {
    if (secret.size() != 32 || !secp256k1_ec_seckey_verify(secp_context(), secret.data()))
        return std::nullopt;
    PrivateKey out;
    std::ranges::copy(secret, out.secret_.bytes().begin());
    return out;
}

PrivateKey PrivateKey::generate() {
    PrivateKey out;
    do {
        fill_secure_random(out.secret_.bytes());
    } while (!secp256k1_ec_seckey_verify(secp_context(), out.secret_.bytes().data()));
    return out;
}

PublicKey PrivateKey::public_key(bool compressed) const {
    return serialize_public_key(make_public_key(bytes()), compressed);
}

XOnlyKey PrivateKey::x_only() const {
    const auto compressed = public_key();
    const auto out = XOnlyKey::from_bytes(compressed.bytes().subspan(1));
    ensure(out.has_value());
    return *out;
}

Bytes PrivateKey::sign_ecdsa(const Digest256& hash) const {
    secp256k1_ecdsa_signature signature;
    // Half of all R need one more byte, so other nonces are tried until one does not. Their extra
    // entropy is a counter, so that the result is deterministic and equal to bitcoind's.
    std::array<std::uint8_t, 32> counter{};
    for (std::uint32_t attempt = 0;; ++attempt) {
        std::memcpy(counter.data(), &attempt, sizeof attempt);
        ensure(secp256k1_ecdsa_sign(secp_context(), &signature, hash.data(), bytes().data(),
                                    secp256k1_nonce_function_rfc6979,
                                    attempt == 0 ? nullptr : counter.data()) == 1);
        if (has_low_r(signature)) break;
    }
    // A fault in the computation could reveal the key, so the signature is verified before it is
    // returned.
    const auto key = make_public_key(bytes());
    ensure(secp256k1_ecdsa_verify(secp_context(), &signature, hash.data(), &key) == 1);

    Bytes out(72);
    std::size_t size = out.size();
    ensure(secp256k1_ecdsa_signature_serialize_der(secp_context(), out.data(), &size, &signature) ==
           1);
    out.resize(size);
    return out;
}

std::array<std::uint8_t, 65> PrivateKey::sign_recoverable(const Digest256& hash,
                                                          bool compressed) const {
    secp256k1_ecdsa_recoverable_signature signature;
    ensure(secp256k1_ecdsa_sign_recoverable(secp_context(), &signature, hash.data(), bytes().data(),
                                            secp256k1_nonce_function_rfc6979, nullptr) == 1);
    std::array<std::uint8_t, 65> out;
    int id = 0;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(secp_context(), out.data() + 1, &id,
                                                            &signature);
    out[0] = static_cast<std::uint8_t>(27 + id + (compressed ? 4 : 0));
    ensure(recover_public_key(hash, out) == public_key(compressed));
    return out;
}

std::array<std::uint8_t, 64> PrivateKey::sign_schnorr(const Digest256& hash,
                                                      const Digest256& aux) const {
    const KeyPair key(bytes());
    std::array<std::uint8_t, 64> out;
    ensure(secp256k1_schnorrsig_sign32(secp_context(), out.data(), hash.data(), &key.pair,
                                       aux.data()) == 1);
    ensure(x_only().verify_schnorr(hash, out));
    return out;
}

std::optional<PrivateKey> PrivateKey::tweak_add(const Digest256& tweak) const {
    PrivateKey out = *this;
    if (!secp256k1_ec_seckey_tweak_add(secp_context(), out.secret_.bytes().data(), tweak.data()))
        return std::nullopt;
    return out;
}

std::optional<PrivateKey> PrivateKey::tweak_x_only(const Digest256& tweak) const {
    KeyPair key(bytes());
    if (!secp256k1_keypair_xonly_tweak_add(secp_context(), &key.pair, tweak.data()))
        return std::nullopt;
    PrivateKey out;
    ensure(secp256k1_keypair_sec(secp_context(), out.secret_.bytes().data(), &key.pair) == 1);
    return out;
}

std::optional<PublicKey> recover_public_key(const Digest256& hash, ByteSpan signature) {
    if (signature.size() != 65 || signature[0] < 27 || signature[0] > 34) return std::nullopt;
    const int header = signature[0] - 27;
    secp256k1_ecdsa_recoverable_signature parsed;
    secp256k1_pubkey key;
    if (!secp256k1_ecdsa_recoverable_signature_parse_compact(secp_context(), &parsed,
                                                             signature.data() + 1, header & 3) ||
        !secp256k1_ecdsa_recover(secp_context(), &key, &parsed, hash.data())) {
        return std::nullopt;
    }
    return serialize_public_key(key, (header & 4) != 0);
}

std::optional<PublicKey> tweak_add(const PublicKey& key, const Digest256& tweak) {
    secp256k1_pubkey sum;
    if (!parse_public_key(key, sum) ||
        !secp256k1_ec_pubkey_tweak_add(secp_context(), &sum, tweak.data())) {
        return std::nullopt;
    }
    return serialize_public_key(sum, key.is_compressed());
}

}  // namespace daler::crypto
