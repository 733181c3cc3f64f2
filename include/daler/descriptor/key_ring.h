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

/// The way from a master key to a key derived from it (BIP 32).
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

/// A script of a taproot tree and how deep it hangs.
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

/// What is known about keys and scripts: enough, if one is lucky, to spend an output or to describe
/// it. A plain value.
struct KeyRing {
    std::map<crypto::Digest160, crypto::PublicKey> public_keys;  ///< by hash
    std::map<crypto::Digest160, WalletKey> secrets;              ///< by hash of the public key
    std::map<crypto::Digest160, KeyOrigin> origins;              ///< by hash of the public key
    std::map<crypto::Digest160, Script> scripts;  ///< redeem and witness scripts by their hash160
    std::map<crypto::XOnlyKey, TaprootOutput> taproot;  ///< by output key

    void add_public_key(const crypto::PublicKey& key);
    /// Learns the secret and its public key.
    void add_secret(const WalletKey& key);
    void add_script(const Script& script);
    void merge(const KeyRing& other);

    [[nodiscard]] const crypto::PublicKey* find_public_key(const crypto::Digest160& hash) const;
    [[nodiscard]] const WalletKey* find_secret(const crypto::Digest160& hash) const;
    /// By either full key that has this x coordinate.
    [[nodiscard]] const WalletKey* find_secret(const crypto::XOnlyKey& key) const;
    [[nodiscard]] const KeyOrigin* find_origin(const crypto::Digest160& hash) const;
    [[nodiscard]] const KeyOrigin* find_origin(const crypto::XOnlyKey& key) const;
    /// A script by what pay-to-script-hash names it with.
    [[nodiscard]] const Script* find_script(ByteSpan hash160) const;
    /// A script by what a version 0 witness program names it with, its SHA-256.
    [[nodiscard]] const Script* find_witness_script(ByteSpan sha256) const;
};

/// The public key with this x coordinate and an even (02) or odd (03) y.
[[nodiscard]] crypto::PublicKey full_key(const crypto::XOnlyKey& key, bool odd = false);
/// Requires a compressed key.
[[nodiscard]] crypto::XOnlyKey x_only(const crypto::PublicKey& key);

}  // namespace daler::descriptor
