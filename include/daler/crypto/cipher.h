#pragma once

#include <daler/crypto/secret_bytes.h>

#include <optional>

namespace daler::crypto {

inline constexpr std::size_t cipher_key_size = 32;
inline constexpr std::size_t cipher_block_size = 16;

/// AES-256 in CBC mode with the padding of PKCS 7. Requires a key of 32 and an `iv` of 16 bytes.
[[nodiscard]] Bytes encrypt_aes256_cbc(ByteSpan key, ByteSpan iv, ByteSpan secret);
/// Nothing if the padding is wrong: the key is probably another one.
[[nodiscard]] std::optional<SecretBytes> decrypt_aes256_cbc(ByteSpan key, ByteSpan iv,
                                                            ByteSpan sealed);

/// A key of 32 bytes and an initial vector of 16 from a passphrase: SHA-512 of passphrase and salt,
/// then of the result, `rounds` times in all (OpenSSL's EVP_BytesToKey with a count).
[[nodiscard]] SecretBytes stretch_passphrase(ByteSpan passphrase, ByteSpan salt,
                                             std::uint32_t rounds);

}  // namespace daler::crypto
