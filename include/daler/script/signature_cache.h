#pragma once

#include <daler/script/flags.h>
#include <daler/script/interpreter.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <mutex>

namespace daler::script {

/// The key of one verified signature: binds the algorithm, the signed hash, the public key and the
/// signature.
enum class SignatureKind : std::uint8_t { ecdsa, schnorr };
[[nodiscard]] Hash256 signature_key(SignatureKind kind, const Hash256& signed_hash,
                                    ByteSpan public_key, ByteSpan signature);

/// A set of hashes in fixed memory; a full set replaces old hashes by new ones. The place of a
/// hash depends on a random secret, so a peer cannot choose which hashes are replaced.
/// Thread-safe.
class BoundedHashSet {
public:
    /// `bytes` of memory, rounded down to a power of two, at least one page. The system provides a
    /// page when it is first used.
    explicit BoundedHashSet(std::size_t bytes);

    [[nodiscard]] bool contains(const Hash256& key) const;
    void insert(const Hash256& key);
    /// How many hashes fit at most.
    [[nodiscard]] std::size_t capacity() const { return (set_mask_ + 1) * ways; }

private:
    static constexpr std::size_t ways = 8;
    static constexpr std::size_t lock_count = 64;
    struct Free {
        void operator()(Hash256* slots) const { std::free(slots); }
    };

    [[nodiscard]] std::uint64_t mix(const Hash256& key) const;

    std::size_t set_mask_;
    std::unique_ptr<Hash256[], Free> slots_;  ///< `ways` for each set; zero is an empty slot
    mutable std::array<std::mutex, lock_count> locks_;
    std::uint64_t salt_[2];
    std::array<std::uint32_t, lock_count> victims_{};  ///< the slot to replace next, for each lock
};

/// The cache of a node: single signatures, and whole transactions whose scripts all verified.
class BoundedSignatureCache final : public SignatureCache {
public:
    /// `bytes` for both caches together, each taking half.
    explicit BoundedSignatureCache(std::size_t bytes)
        : signatures_(bytes / 2), transactions_(bytes / 2) {}

    [[nodiscard]] bool contains(const Hash256& key) const override {
        return signatures_.contains(key);
    }
    void insert(const Hash256& key) override { signatures_.insert(key); }

    /// True if every script of this transaction is known to verify under `flags`. The wtxid
    /// commits to the spent outputs too, because it includes the ids of their transactions.
    [[nodiscard]] bool contains_tx(const Wtxid& wtxid, Flags flags) const;
    void insert_tx(const Wtxid& wtxid, Flags flags);

private:
    BoundedHashSet signatures_;
    BoundedHashSet transactions_;
};

}  // namespace daler::script
