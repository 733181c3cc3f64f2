#pragma once

#include <daler/primitives/transaction.h>

namespace daler {

/// Hashes ids and outpoints with a secret per object, so that a peer cannot choose keys that fall
/// into one bucket. For tables whose keys a peer can choose. Copies share the secret.
class SaltedHasher {
public:
    /// A new random secret from the system.
    SaltedHasher();
    /// A given secret, for repeatable tests.
    SaltedHasher(std::uint64_t k0, std::uint64_t k1) : k0_(k0), k1_(k1) {}

    template <class Tag>
    std::size_t operator()(const TaggedHash<Tag>& hash) const {
        return crypto::siphash(k0_, k1_, hash.bytes);
    }
    std::size_t operator()(const OutPoint& outpoint) const {
        return crypto::siphash(k0_ + outpoint.index, k1_, outpoint.txid.bytes);
    }

private:
    std::uint64_t k0_;
    std::uint64_t k1_;
};

}  // namespace daler
