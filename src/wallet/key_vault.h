#pragma once

#include <daler/crypto/secret_bytes.h>
#include <daler/descriptor/descriptor.h>

#include <map>
#include <optional>

namespace daler::wallet {

/// The key that seals all private keys of a wallet, itself sealed with a passphrase.
struct MasterKey {
    Bytes sealed;  ///< AES-256-CBC of the key
    Bytes salt;
    std::uint32_t rounds = 0;  ///< of crypto::stretch_passphrase

    bool operator==(const MasterKey&) const = default;
};

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
    /// A new vault without keys, unlocked. Takes some tenths of a second.
    static KeyVault create(ByteSpan passphrase);
    /// One that was stored.
    KeyVault(std::map<std::int64_t, MasterKey> master_keys, SealedKeys sealed)
        : master_keys_(std::move(master_keys)), sealed_(std::move(sealed)) {}

    [[nodiscard]] bool is_locked() const { return master_.empty(); }
    /// False if the passphrase is wrong.
    bool unlock(ByteSpan passphrase);
    void lock() { master_ = {}; }
    /// Replaces a passphrase. False, and nothing changes, if `old_passphrase` is wrong.
    bool change_passphrase(ByteSpan old_passphrase, ByteSpan new_passphrase);

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
    /// The master key, if the passphrase opens it and it opens all sealed keys.
    [[nodiscard]] std::optional<crypto::SecretBytes> try_open(const MasterKey& key,
                                                              ByteSpan passphrase) const;

    std::map<std::int64_t, MasterKey> master_keys_;  ///< by number
    SealedKeys sealed_;
    crypto::SecretBytes master_;  ///< empty: locked
};

}  // namespace daler::wallet
