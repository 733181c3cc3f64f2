#pragma once

#include <daler/encoding/bytes.h>

#include <array>

namespace daler::crypto {

using Digest160 = std::array<std::uint8_t, 20>;
using Digest256 = std::array<std::uint8_t, 32>;
using Digest512 = std::array<std::uint8_t, 64>;

[[nodiscard]] Digest256 sha256(ByteSpan data);
/// SHA-256 of SHA-256: Bitcoin's hash of transactions, headers and messages.
[[nodiscard]] Digest256 sha256d(ByteSpan data);
/// SHA-256d of a followed by b: the node of a merkle tree.
[[nodiscard]] Digest256 sha256d(const Digest256& a, const Digest256& b);
/// SHA-256d of the pieces one after the other.
[[nodiscard]] Digest256 sha256d(std::span<const ByteSpan> pieces);
/// RIPEMD-160 of SHA-256: Bitcoin's hash of keys and scripts.
[[nodiscard]] Digest160 hash160(ByteSpan data);
[[nodiscard]] Digest160 ripemd160(ByteSpan data);
[[nodiscard]] Digest160 sha1(ByteSpan data);
[[nodiscard]] Digest512 hmac_sha512(ByteSpan key, ByteSpan data);
[[nodiscard]] Digest256 hmac_sha256(ByteSpan key, ByteSpan data);
/// A secret that derives from another one: the first 32 bytes of HKDF with SHA-256 (RFC 5869).
/// Without `secret` nobody can tell it from random bytes, whatever else is known.
[[nodiscard]] Digest256 hkdf_sha256(ByteSpan secret, ByteSpan salt, ByteSpan info);

/// Hashes data that comes in pieces. Reusable after `finish`.
class Sha256 {
public:
    Sha256();
    /// Starts with SHA-256(tag) twice: the tagged hash of BIP 340.
    static Sha256 tagged(std::string_view tag);
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    Sha256(const Sha256&);
    Sha256& operator=(const Sha256&);

    Sha256& add(ByteSpan data);
    /// The digest; afterwards the object is in its first state (untagged).
    [[nodiscard]] Digest256 finish();
    /// The digest of the digest.
    [[nodiscard]] Digest256 finish_double();

private:
    void* context_;
};

/// SipHash-2-4 (Aumasson, Bernstein) keyed with k0, k1: for hash tables and compact blocks.
[[nodiscard]] std::uint64_t siphash(std::uint64_t k0, std::uint64_t k1, ByteSpan data);

/// CRC-32C (Castagnoli, RFC 3720), continued from `seed`: for records on disk.
[[nodiscard]] std::uint32_t crc32c(ByteSpan data, std::uint32_t seed = 0);

}  // namespace daler::crypto
