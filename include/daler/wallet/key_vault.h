#pragma once

#include <daler/crypto/secret_bytes.h>
#include <daler/descriptor/descriptor.h>

#include <map>
#include <span>
#include <vector>

namespace daler::wallet {

/// The key that seals all private keys of a wallet, itself sealed with a passphrase.
struct MasterKey {
    Bytes sealed;  ///< AES-256-CBC of the key
    Bytes salt;
    std::uint32_t rounds = 0;  ///< of crypto::stretch_passphrase

    bool operator==(const MasterKey&) const = default;
};

/// Seals a master key with a passphrase and a new salt, with so many rounds that a guess takes a
/// tenth of a second on this machine. Takes twice as long.
[[nodiscard]] MasterKey seal_master_key(ByteSpan key, ByteSpan passphrase);

/// A master key that a passphrase has opened.
struct OpenedMasterKey {
    std::int64_t number;
    crypto::SecretBytes key;
};

/// What a passphrase opens of `keys`. A wrong one opens nothing, or by chance wrong bytes, which
/// the vault refuses. Takes about a tenth of a second for each: do it on a thread that may wait.
[[nodiscard]] std::vector<OpenedMasterKey> open_master_keys(
    const std::map<std::int64_t, MasterKey>& keys, ByteSpan passphrase);

/// A private key of a descriptor, sealed: AES-256-CBC with the master key; the initial vector is
/// the first half of the double SHA-256 of the public key.
using SealedKeys = std::map<std::pair<std::size_t, crypto::PublicKey>, Bytes>;

/// The most rounds of hashing that a wallet file may ask for: most of a minute of work. A file
/// that asks for more is damaged, or made to stop the node.
inline constexpr std::uint32_t max_rounds = 100'000'000;

/// The sealed keys of an encrypted wallet: Bitcoin Core's scheme. Locked at first; unlocked while
/// it has the master key.
class KeyVault {
public:
    /// A new vault without keys, unlocked. Takes as long as seal_master_key.
    static KeyVault create(ByteSpan passphrase);
    /// One that was stored.
    KeyVault(std::map<std::int64_t, MasterKey> master_keys, SealedKeys sealed)
        : master_keys_(std::move(master_keys)), sealed_(std::move(sealed)) {}

    [[nodiscard]] bool is_locked() const { return master_.empty(); }
    /// Whether this is the master key: it opens all sealed keys.
    [[nodiscard]] bool fits(const OpenedMasterKey& opened) const;
    /// Unlocks with the first that fits; false if none does.
    bool unlock(std::span<const OpenedMasterKey> opened);
    void lock() { master_ = {}; }

    /// Seals the private keys of the descriptor at `position`. Requires: not locked.
    void seal(std::size_t position, const descriptor::Descriptor& descriptor);
    /// The private keys of the descriptor at `position`. Requires: not locked.
    [[nodiscard]] descriptor::PrivateKeys open(std::size_t position) const;
    /// The sealed keys of the descriptor at `position`.
    [[nodiscard]] SealedKeys sealed_at(std::size_t position) const;

    [[nodiscard]] const std::map<std::int64_t, MasterKey>& master_keys() const {
        return master_keys_;
    }
    void set_master_keys(std::map<std::int64_t, MasterKey> keys) { master_keys_ = std::move(keys); }
    [[nodiscard]] const SealedKeys& sealed() const { return sealed_; }

private:
    std::map<std::int64_t, MasterKey> master_keys_;  ///< by number
    SealedKeys sealed_;
    crypto::SecretBytes master_;  ///< empty: locked
};

}  // namespace daler::wallet
