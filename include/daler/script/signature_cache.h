#pragma once

#include <daler/script/flags.h>
#include <daler/script/interpreter.h>

#include <array>
#include <cstddef>
#include <mutex>
#include <vector>

namespace daler::script {

/// The key of one verified signature: binds the algorithm, the signed hash, the public key and the
/// signature.
enum class SignatureKind : std::uint8_t { ecdsa, schnorr };
[[nodiscard]] Hash256 signature_key(SignatureKind kind, const Hash256& signed_hash,
                                    ByteSpan public_key, ByteSpan signature);

/// A set of hashes in bounded memory; a full set replaces old hashes by new ones. The place of a
/// hash depends on a random secret, so a peer cannot choose which hashes are replaced. Memory grows
/// with the hashes. Thread-safe.
class BoundedHashSet {
public:
    /// At most `bytes` of memory, rounded down to a power of two, at least one page.
    explicit BoundedHashSet(std::size_t bytes);

    [[nodiscard]] bool contains(const Hash256& key) const;
    void insert(const Hash256& key);
    /// How many hashes fit at most.
    [[nodiscard]] std::size_t capacity() const { return shards_.size() * max_buckets_ * ways; }

private:
    static constexpr std::size_t ways = 8;
    static constexpr std::size_t shard_count = 16;
    using Bucket = std::array<Hash256, ways>;  ///< zero is an empty slot

    /// A part of the set that grows by itself.
    struct Shard {
        mutable std::mutex mutex;
        std::vector<Bucket> buckets;  ///< a power of two
        std::size_t used = 0;         ///< slots
        std::uint32_t victim = 0;     ///< the slot to replace next
    };

    [[nodiscard]] std::uint64_t mix(const Hash256& key) const;
    static void place(Shard& shard, std::uint64_t mixed, const Hash256& key);
    void grow(Shard& shard) const;

    std::size_t max_buckets_;  ///< of a shard
    std::array<Shard, shard_count> shards_;
    std::uint64_t salt_[2];
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

/// The signatures of one transaction in front of the cache of the node. If all its scripts verify,
/// the transaction is remembered as a whole, and its signatures need no place in the cache.
/// Thread-safe.
class PendingSignatures final : public SignatureCache {
public:
    /// `cache` may be null, and then nothing is remembered.
    explicit PendingSignatures(SignatureCache* cache) : cache_(cache) {}

    [[nodiscard]] bool contains(const Hash256& key) const override;
    void insert(const Hash256& key) override;
    /// Inserts the signatures into the cache of the node.
    void keep();

private:
    SignatureCache* const cache_;
    std::mutex mutex_;
    std::vector<Hash256> found_;
};

}  // namespace daler::script
