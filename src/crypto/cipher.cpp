// OpenSSL marks its block functions as deprecated. Its EVP interface would make the program four
// megabytes larger.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <daler/crypto/cipher.h>

#include <daler/util/ensure.h>
#include <daler/util/wipe.h>

#include <openssl/aes.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace daler::crypto {
namespace {

constexpr int key_bits = 8 * cipher_key_size;

/// A key as AES_cbc_encrypt takes it; wiped at the end.
class AesKey {
public:
    using Expand = int (*)(const unsigned char* key, int bits, AES_KEY* out);

    AesKey(ByteSpan key, Expand expand) {
        ensure(key.size() == cipher_key_size);
        ensure(expand(key.data(), key_bits, &key_) == 0);
    }
    ~AesKey() { wipe({reinterpret_cast<std::uint8_t*>(&key_), sizeof key_}); }
    AesKey(const AesKey&) = delete;
    AesKey& operator=(const AesKey&) = delete;

    [[nodiscard]] const AES_KEY* get() const { return &key_; }

private:
    AES_KEY key_{};
};

/// A copy of the vector, which the block functions change.
std::array<std::uint8_t, cipher_block_size> copy_of(ByteSpan iv) {
    ensure(iv.size() == cipher_block_size);
    std::array<std::uint8_t, cipher_block_size> out{};
    std::ranges::copy(iv, out.begin());
    return out;
}

/// The length of the padding: its last byte, which all of it repeats. 0 if it is not so.
std::size_t padding_of(ByteSpan padded) {
    const std::size_t length = padded.back();
    if (length == 0 || length > cipher_block_size) return 0;
    const auto padding = padded.last(length);
    return std::ranges::count(padding, padded.back()) == std::ssize(padding) ? length : 0;
}

/// OpenSSL's function SHA512 uses EVP.
void sha512(ByteSpan bytes, std::span<std::uint8_t> digest) {
    SHA512_CTX context;
    SHA512_Init(&context);
    SHA512_Update(&context, bytes.data(), bytes.size());
    SHA512_Final(digest.data(), &context);
    OPENSSL_cleanse(&context, sizeof context);
}

}  // namespace

Bytes encrypt_aes256_cbc(ByteSpan key, ByteSpan iv, ByteSpan secret) {
    const auto padding = cipher_block_size - secret.size() % cipher_block_size;
    SecretBytes padded(secret.size() + padding);
    const auto end = std::ranges::copy(secret, padded.bytes().begin()).out;
    std::fill(end, padded.bytes().end(), static_cast<std::uint8_t>(padding));
    Bytes out(padded.bytes().size());
    auto vector = copy_of(iv);
    AES_cbc_encrypt(padded.bytes().data(), out.data(), out.size(),
                    AesKey(key, AES_set_encrypt_key).get(), vector.data(), AES_ENCRYPT);
    return out;
}

std::optional<SecretBytes> decrypt_aes256_cbc(ByteSpan key, ByteSpan iv, ByteSpan sealed) {
    if (sealed.empty() || sealed.size() % cipher_block_size != 0) return std::nullopt;
    SecretBytes out(sealed.size());
    auto vector = copy_of(iv);
    AES_cbc_encrypt(sealed.data(), out.bytes().data(), sealed.size(),
                    AesKey(key, AES_set_decrypt_key).get(), vector.data(), AES_DECRYPT);
    const auto padding = padding_of(std::as_const(out).bytes());
    if (padding == 0) return std::nullopt;
    out.shorten(sealed.size() - padding);
    return out;
}

SecretBytes stretch_passphrase(ByteSpan passphrase, ByteSpan salt, std::uint32_t rounds) {
    SecretBytes first(passphrase.size() + salt.size());
    std::ranges::copy(salt, std::ranges::copy(passphrase, first.bytes().begin()).out);
    SecretBytes digest(SHA512_DIGEST_LENGTH);
    sha512(std::as_const(first).bytes(), digest.bytes());
    for (std::uint32_t round = 1; round < rounds; ++round)
        sha512(std::as_const(digest).bytes(), digest.bytes());
    digest.shorten(cipher_key_size + cipher_block_size);
    return digest;
}

}  // namespace daler::crypto
