#pragma once

#include <daler/crypto/key.h>

#include <string>

namespace daler::crypto {

/// Child numbers from here on are hardened: only the private key derives them (BIP 32).
inline constexpr std::uint32_t hardened = 0x80000000;

/// The first four bytes of a chain's extended keys ("xprv", "tpub" ...).
using KeyVersion = std::array<std::uint8_t, 4>;
using ExtendedKeyBytes = std::array<std::uint8_t, 78>;
using KeyFingerprint = std::array<std::uint8_t, 4>;

/// The data of an extended key besides its key.
struct ExtendedKeyOrigin {
    std::uint8_t depth = 0;               ///< 0: the master key
    KeyFingerprint parent_fingerprint{};  ///< of the parent's public key; zeros for the master
    std::uint32_t child_number = 0;       ///< with the `hardened` bit; 0 for the master
    Digest256 chain_code{};

    bool operator==(const ExtendedKeyOrigin&) const = default;
};

/// A public key that derives the public keys of its normal children (BIP 32).
class ExtendedPublicKey {
public:
    /// Requires a compressed key that is on the curve.
    ExtendedPublicKey(const ExtendedKeyOrigin& origin, const PublicKey& key);

    /// Nothing unless `bytes` are 78 bytes that begin with `version` and have a key on the curve;
    /// a master key must have neither parent nor number.
    static std::optional<ExtendedPublicKey> decode(ByteSpan bytes, const KeyVersion& version);
    /// As decode, from base58check.
    static std::optional<ExtendedPublicKey> from_text(std::string_view text,
                                                      const KeyVersion& version);

    [[nodiscard]] ExtendedKeyBytes encode(const KeyVersion& version) const;
    [[nodiscard]] std::string to_text(const KeyVersion& version) const;

    /// Child `number`; nothing if it is hardened, at depth 256, or (with probability 2^-127) has no
    /// key.
    [[nodiscard]] std::optional<ExtendedPublicKey> derive(std::uint32_t number) const;

    [[nodiscard]] const ExtendedKeyOrigin& origin() const { return origin_; }
    [[nodiscard]] const PublicKey& key() const { return key_; }
    [[nodiscard]] KeyFingerprint fingerprint() const;

    bool operator==(const ExtendedPublicKey&) const = default;

private:
    ExtendedKeyOrigin origin_;
    PublicKey key_;
};

/// A private key that derives all its children (BIP 32). The destructor wipes the secrets, but not
/// those in texts and bytes that it returned.
class ExtendedPrivateKey {
public:
    ExtendedPrivateKey(const ExtendedKeyOrigin& origin, const PrivateKey& key);

    /// The master key of `seed`; nothing if it is out of range (with probability 2^-127). BIP 32
    /// asks for 16 to 64 bytes; the length is not checked.
    static std::optional<ExtendedPrivateKey> from_seed(ByteSpan seed);
    /// As for the public key; the private key must be in range.
    static std::optional<ExtendedPrivateKey> decode(ByteSpan bytes, const KeyVersion& version);
    static std::optional<ExtendedPrivateKey> from_text(std::string_view text,
                                                       const KeyVersion& version);

    [[nodiscard]] ExtendedKeyBytes encode(const KeyVersion& version) const;
    [[nodiscard]] std::string to_text(const KeyVersion& version) const;

    /// Child `number`, hardened or not; nothing at depth 256 or (with probability 2^-127) without a
    /// key.
    [[nodiscard]] std::optional<ExtendedPrivateKey> derive(std::uint32_t number) const;

    /// The extended public key of this key.
    [[nodiscard]] ExtendedPublicKey neuter() const { return {origin_, key_.public_key()}; }

    [[nodiscard]] const ExtendedKeyOrigin& origin() const { return origin_; }
    [[nodiscard]] const PrivateKey& key() const { return key_; }
    [[nodiscard]] KeyFingerprint fingerprint() const { return neuter().fingerprint(); }

private:
    ExtendedKeyOrigin origin_;
    PrivateKey key_;
};

}  // namespace daler::crypto
