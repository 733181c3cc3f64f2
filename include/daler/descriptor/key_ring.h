#pragma once

#include <daler/crypto/bip32.h>
#include <daler/descriptor/addresses.h>
#include <daler/primitives/hash.h>
#include <daler/primitives/script.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace daler::descriptor {

/// The path from a master key to a key derived from it (BIP 32).
struct KeyOrigin {
    crypto::KeyFingerprint fingerprint{};  ///< of the master key
    std::vector<std::uint32_t> path;

    /// "d34db33f/84h/0h/0h".
    [[nodiscard]] std::string to_text(char hardened_mark = 'h') const;

    bool operator==(const KeyOrigin&) const = default;
};

/// "/84h/0h/0h", empty for an empty path.
[[nodiscard]] std::string path_to_text(std::span<const std::uint32_t> path,
                                       char hardened_mark = 'h');

/// A script of a taproot tree and its depth.
struct TaprootLeaf {
    std::size_t depth;
    Script script;

    bool operator==(const TaprootLeaf&) const = default;
};

/// How a taproot output key was made.
struct TaprootOutput {
    crypto::XOnlyKey internal_key;
    std::optional<Hash256> merkle_root;  ///< nothing: no script tree
    std::vector<TaprootLeaf> leaves;     ///< depth first, from left to right
};

/// Known keys and scripts, which are used to spend and to describe outputs. A plain value.
struct KeyRing {
    std::map<crypto::Digest160, crypto::PublicKey> public_keys;  ///< by hash
    std::map<crypto::Digest160, WalletKey> secrets;              ///< by hash of the public key
    std::map<crypto::Digest160, KeyOrigin> origins;              ///< by hash of the public key
    std::map<crypto::Digest160, Script> scripts;  ///< redeem and witness scripts by their hash160
    std::map<crypto::XOnlyKey, TaprootOutput> taproot;  ///< by output key

    void add_public_key(const crypto::PublicKey& key);
    /// Adds the secret and its public key.
    void add_secret(const WalletKey& key);
    void add_script(const Script& script);
    void merge(const KeyRing& other);

    [[nodiscard]] const crypto::PublicKey* find_public_key(const crypto::Digest160& hash) const;
    [[nodiscard]] const WalletKey* find_secret(const crypto::Digest160& hash) const;
    /// The secret of one of the two full keys with this x coordinate.
    [[nodiscard]] const WalletKey* find_secret(const crypto::XOnlyKey& key) const;
    [[nodiscard]] const KeyOrigin* find_origin(const crypto::Digest160& hash) const;
    [[nodiscard]] const KeyOrigin* find_origin(const crypto::XOnlyKey& key) const;
    /// The script with this HASH160, as in P2SH outputs.
    [[nodiscard]] const Script* find_script(ByteSpan hash160) const;
    /// The script with this SHA-256, as in witness programs of version 0.
    [[nodiscard]] const Script* find_witness_script(ByteSpan sha256) const;
};

/// The public key with this x coordinate and an even (02) or odd (03) y.
[[nodiscard]] crypto::PublicKey full_key(const crypto::XOnlyKey& key, bool odd = false);
/// Requires a compressed key.
[[nodiscard]] crypto::XOnlyKey x_only(const crypto::PublicKey& key);

}  // namespace daler::descriptor
