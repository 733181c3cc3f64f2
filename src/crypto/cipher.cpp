#include <daler/crypto/cipher.h>

#include <daler/util/ensure.h>

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <memory>

namespace daler::crypto {
namespace {

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

CipherContext cipher_context(ByteSpan key, ByteSpan iv) {
    ensure(key.size() == cipher_key_size && iv.size() == cipher_block_size);
    return {EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free};  // freeing wipes the key
}

}  // namespace

Bytes encrypt_aes256_cbc(ByteSpan key, ByteSpan iv, ByteSpan secret) {
    const auto context = cipher_context(key, iv);
    Bytes out(secret.size() + cipher_block_size);
    int size = 0, rest = 0;
    const bool done =
        context &&
        EVP_EncryptInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, key.data(), iv.data()) == 1 &&
        EVP_EncryptUpdate(context.get(), out.data(), &size, secret.data(),
                          static_cast<int>(secret.size())) == 1 &&
        EVP_EncryptFinal_ex(context.get(), out.data() + size, &rest) == 1;
    ensure(done);
    out.resize(static_cast<std::size_t>(size + rest));
    return out;
}

std::optional<SecretBytes> decrypt_aes256_cbc(ByteSpan key, ByteSpan iv, ByteSpan sealed) {
    const auto context = cipher_context(key, iv);
    SecretBytes out(sealed.size() + cipher_block_size);
    int size = 0, rest = 0;
    const bool done =
        context &&
        EVP_DecryptInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, key.data(), iv.data()) == 1 &&
        EVP_DecryptUpdate(context.get(), out.bytes().data(), &size, sealed.data(),
                          static_cast<int>(sealed.size())) == 1 &&
        EVP_DecryptFinal_ex(context.get(), out.bytes().data() + size, &rest) == 1;
    if (!done) return std::nullopt;
    out.shorten(static_cast<std::size_t>(size + rest));
    return out;
}

SecretBytes stretch_passphrase(ByteSpan passphrase, ByteSpan salt, std::uint32_t rounds) {
    SecretBytes first(passphrase.size() + salt.size());
    std::ranges::copy(salt, std::ranges::copy(passphrase, first.bytes().begin()).out);
    SecretBytes digest(SHA512_DIGEST_LENGTH);
    SHA512(first.bytes().data(), first.bytes().size(), digest.bytes().data());
    for (std::uint32_t round = 1; round < rounds; ++round)
        SHA512(digest.bytes().data(), digest.bytes().size(), digest.bytes().data());
    digest.shorten(cipher_key_size + cipher_block_size);
    return digest;
}

}  // namespace daler::crypto
