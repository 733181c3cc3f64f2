#pragma once

#include <daler/crypto/hash.h>
#include <daler/crypto/secret_slot.h>

#include <algorithm>
#include <compare>
#include <optional>

namespace daler::crypto {

/// A public key as it appears in scripts: 33 bytes (02, 03) or 65 (04; 06 and 07 are the hybrid
/// forms). Only its length and first byte are checked; `is_on_curve` checks the rest.
class PublicKey {
public:
    static constexpr std::size_t compressed_size = 33;
    static constexpr std::size_t uncompressed_size = 65;

    /// Nothing if the length does not fit the first byte.
    static std::optional<PublicKey> from_bytes(ByteSpan bytes);

    [[nodiscard]] ByteSpan bytes() const { return {data_.data(), size_}; }
    [[nodiscard]] bool is_compressed() const { return size_ == compressed_size; }
    [[nodiscard]] bool is_on_curve() const;
    /// The same key in 65 bytes; nothing if it is not on the curve.
    [[nodiscard]] std::optional<PublicKey> uncompressed() const;
    [[nodiscard]] Digest160 hash() const { return hash160(bytes()); }

    /// Verifies an ECDSA signature over `hash`. `der` is parsed leniently, as signatures before
    /// BIP 66 require, and normalised to low S: the script rules check the strict form before.
    [[nodiscard]] bool verify_ecdsa(const Digest256& hash, ByteSpan der) const;

    bool operator==(const PublicKey& other) const {
        return std::ranges::equal(bytes(), other.bytes());
    }
    auto operator<=>(const PublicKey& other) const {
        return std::lexicographical_compare_three_way(bytes().begin(), bytes().end(),
                                                      other.bytes().begin(), other.bytes().end());
    }

private:
    std::array<std::uint8_t, uncompressed_size> data_{};
    std::uint8_t size_ = 0;
};

/// True if the S of this strictly DER encoded signature (without hash type byte) is at most half
/// the order.
[[nodiscard]] bool is_low_s(ByteSpan der);

/// An x-only public key (BIP 340).
struct XOnlyKey {
    std::array<std::uint8_t, 32> bytes{};

    static std::optional<XOnlyKey> from_bytes(ByteSpan bytes);
    [[nodiscard]] bool is_on_curve() const;
    /// Verifies a 64-byte Schnorr signature over a message of any length (BIP 340).
    [[nodiscard]] bool verify_schnorr(ByteSpan message, ByteSpan signature) const;

    /// An output key and the parity of its y coordinate.
    struct Tweaked;
    /// This key plus tweak*G; nothing if the key or the tweak is out of range (BIP 341).
    [[nodiscard]] std::optional<Tweaked> tweak_add(const Digest256& tweak) const;
    /// True if `output` with `parity` is this key plus tweak*G.
    [[nodiscard]] bool check_tweak(const XOnlyKey& output, bool parity,
                                   const Digest256& tweak) const;

    auto operator<=>(const XOnlyKey&) const = default;
};

struct XOnlyKey::Tweaked {
    XOnlyKey key;
    bool parity;
};

/// A secret key in range, in memory of which core dumps have nothing (SecretSlot).
class PrivateKey {
public:
    /// Nothing unless `secret` is 32 bytes and in [1, order).
    static std::optional<PrivateKey> from_bytes(ByteSpan secret);
    /// A new key from the system's random numbers.
    static PrivateKey generate();

    [[nodiscard]] ByteSpan bytes() const { return secret_.bytes(); }
    [[nodiscard]] PublicKey public_key(bool compressed = true) const;
    [[nodiscard]] XOnlyKey x_only() const;

    /// DER signature with low S and low R (71 bytes or fewer), deterministic (RFC 6979).
    [[nodiscard]] Bytes sign_ecdsa(const Digest256& hash) const;
    /// 65 bytes: header (27 + recovery id, +4 if `compressed`), r, s: the form of signed messages.
    [[nodiscard]] std::array<std::uint8_t, 65> sign_recoverable(const Digest256& hash,
                                                                bool compressed) const;
    /// 64-byte Schnorr signature (BIP 340) with auxiliary randomness `aux`.
    [[nodiscard]] std::array<std::uint8_t, 64> sign_schnorr(const Digest256& hash,
                                                            const Digest256& aux) const;

    /// This key plus `tweak`; nothing if the result is out of range (BIP 32).
    [[nodiscard]] std::optional<PrivateKey> tweak_add(const Digest256& tweak) const;
    /// The secret of the taproot output key (BIP 341): negated first if its public key has odd y.
    [[nodiscard]] std::optional<PrivateKey> tweak_x_only(const Digest256& tweak) const;

private:
    PrivateKey() = default;

    SecretSlot secret_;
};

/// The public key that made this 65-byte recoverable signature over `hash`.
[[nodiscard]] std::optional<PublicKey> recover_public_key(const Digest256& hash,
                                                          ByteSpan signature);

/// `key` plus tweak*G (BIP 32); nothing if the result is out of range.
[[nodiscard]] std::optional<PublicKey> tweak_add(const PublicKey& key, const Digest256& tweak);

}  // namespace daler::crypto
