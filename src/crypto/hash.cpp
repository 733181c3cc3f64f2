// Hashes use OpenSSL's block functions, which version 3 replaces by EVP: for the few bytes that
// Bitcoin hashes at a time, EVP's own work costs more than the hash, and EVP brings all algorithms
// that OpenSSL has into a static program.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <daler/crypto/hash.h>

#include <openssl/crypto.h>
#include <openssl/ripemd.h>
#include <openssl/sha.h>

#include <utility>

namespace daler::crypto {
namespace {

SHA256_CTX* as_context(void* context) {
    return static_cast<SHA256_CTX*>(context);
}

/// A running hash, for HMAC, whose context is wiped.
template <class Context, class Result, std::size_t block_bytes, auto init, auto update,
          auto finish_>
struct RunningHash {
    using Digest = Result;
    static constexpr std::size_t block_size = block_bytes;

    RunningHash() { init(&context); }
    ~RunningHash() { OPENSSL_cleanse(&context, sizeof context); }
    RunningHash(const RunningHash&) = delete;
    RunningHash& operator=(const RunningHash&) = delete;

    RunningHash& add(ByteSpan data) {
        update(&context, data.data(), data.size());
        return *this;
    }
    Digest finish() {
        Digest out;
        finish_(out.data(), &context);
        return out;
    }

    Context context;
};
using Sha256OnStack =
    RunningHash<SHA256_CTX, Digest256, SHA256_CBLOCK, SHA256_Init, SHA256_Update, SHA256_Final>;
using Sha512 =
    RunningHash<SHA512_CTX, Digest512, SHA512_CBLOCK, SHA512_Init, SHA512_Update, SHA512_Final>;

/// RFC 2104.
template <class Hash>
typename Hash::Digest hmac(ByteSpan key, ByteSpan data) {
    constexpr std::uint8_t inner_pad = 0x36, outer_pad = 0x5c;
    std::array<std::uint8_t, Hash::block_size> block{};
    if (key.size() > block.size())
        std::ranges::copy(Hash().add(key).finish(), block.begin());
    else
        std::ranges::copy(key, block.begin());
    for (auto& byte : block)
        byte ^= inner_pad;
    const auto inner = Hash().add(block).add(data).finish();
    for (auto& byte : block)
        byte ^= inner_pad ^ outer_pad;
    auto out = Hash().add(block).add(inner).finish();
    OPENSSL_cleanse(block.data(), block.size());
    return out;
}

}  // namespace

Digest256 sha256(ByteSpan data) {
    Digest256 out;
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, data.data(), data.size());
    SHA256_Final(out.data(), &context);
    return out;
}

Digest256 sha256d(ByteSpan data) {
    return sha256(sha256(data));
}

Digest256 sha256d(const Digest256& a, const Digest256& b) {
    std::array<std::uint8_t, 64> both;
    std::ranges::copy(b, std::ranges::copy(a, both.begin()).out);
    return sha256d(both);
}

Digest256 sha256d(std::span<const ByteSpan> pieces) {
    Digest256 out;
    SHA256_CTX context;
    SHA256_Init(&context);
    for (const auto piece : pieces)
        SHA256_Update(&context, piece.data(), piece.size());
    SHA256_Final(out.data(), &context);
    return sha256(out);
}

Digest160 ripemd160(ByteSpan data) {
    Digest160 out;
    RIPEMD160_CTX context;
    RIPEMD160_Init(&context);
    RIPEMD160_Update(&context, data.data(), data.size());
    RIPEMD160_Final(out.data(), &context);
    return out;
}

Digest160 hash160(ByteSpan data) {
    return ripemd160(sha256(data));
}

Digest160 sha1(ByteSpan data) {
    Digest160 out;
    SHA_CTX context;
    SHA1_Init(&context);
    SHA1_Update(&context, data.data(), data.size());
    SHA1_Final(out.data(), &context);
    return out;
}

Digest512 hmac_sha512(ByteSpan key, ByteSpan data) {
    return hmac<Sha512>(key, data);
}

Digest256 hmac_sha256(ByteSpan key, ByteSpan data) {
    return hmac<Sha256OnStack>(key, data);
}

Digest256 hkdf_sha256(ByteSpan secret, ByteSpan salt, ByteSpan info) {
    const auto key = hmac_sha256(salt, secret);
    Bytes block(info.begin(), info.end());
    block.push_back(1);  // the number of the block of output
    return hmac_sha256(key, block);
}

Sha256::Sha256() : context_(new SHA256_CTX) {
    SHA256_Init(as_context(context_));
}

Sha256 Sha256::tagged(std::string_view tag) {
    const Digest256 prefix = sha256(as_bytes(tag));
    Sha256 out;
    out.add(prefix).add(prefix);
    return out;
}

Sha256::~Sha256() {
    delete as_context(context_);
}

Sha256::Sha256(Sha256&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}

Sha256& Sha256::operator=(Sha256&& other) noexcept {
    std::swap(context_, other.context_);
    return *this;
}

Sha256::Sha256(const Sha256& other) : context_(new SHA256_CTX(*as_context(other.context_))) {}

Sha256& Sha256::operator=(const Sha256& other) {
    if (this != &other) *this = Sha256(other);
    return *this;
}

Sha256& Sha256::add(ByteSpan data) {
    SHA256_Update(as_context(context_), data.data(), data.size());
    return *this;
}

Digest256 Sha256::finish() {
    Digest256 out;
    SHA256_Final(out.data(), as_context(context_));
    SHA256_Init(as_context(context_));
    return out;
}

Digest256 Sha256::finish_double() {
    return sha256(finish());
}

std::uint64_t siphash(std::uint64_t k0, std::uint64_t k1, ByteSpan data) {
    // The initial state spells "somepseudorandomlygeneratedbytes".
    std::uint64_t v0 = k0 ^ 0x736f6d6570736575;
    std::uint64_t v1 = k1 ^ 0x646f72616e646f6d;
    std::uint64_t v2 = k0 ^ 0x6c7967656e657261;
    std::uint64_t v3 = k1 ^ 0x7465646279746573;
    const auto round = [&] {
        v0 += v1, v2 += v3;
        v1 = std::rotl(v1, 13) ^ v0, v3 = std::rotl(v3, 16) ^ v2;
        v0 = std::rotl(v0, 32);
        v2 += v1, v0 += v3;
        v1 = std::rotl(v1, 17) ^ v2, v3 = std::rotl(v3, 21) ^ v0;
        v2 = std::rotl(v2, 32);
    };
    const auto absorb = [&](std::uint64_t word) {
        v3 ^= word;
        round(), round();
        v0 ^= word;
    };

    std::uint64_t last = static_cast<std::uint64_t>(data.size()) << 56;
    for (; data.size() >= 8; data = data.subspan(8)) {
        std::uint64_t word;
        std::memcpy(&word, data.data(), sizeof word);
        absorb(word);
    }
    for (std::size_t i = 0; i < data.size(); ++i)
        last |= static_cast<std::uint64_t>(data[i]) << (8 * i);
    absorb(last);
    v2 ^= 0xff;
    round(), round(), round(), round();
    return v0 ^ v1 ^ v2 ^ v3;
}

}  // namespace daler::crypto
