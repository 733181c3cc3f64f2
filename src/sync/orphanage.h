#pragma once

#include "types.h"

#include <daler/primitives/block.h>
#include <daler/primitives/salted_hasher.h>
#include <daler/wire/limits.h>

#include <deque>
#include <set>
#include <unordered_map>

namespace daler::sync {

/// Transactions whose parents are not known yet. Limited in number, weight and time. If it is full,
/// the oldest orphan of the peer with the largest share is removed, so that one peer cannot evict
/// those of others. A pure state machine.
class Orphanage {
public:
    /// Keeps at most `max_count` transactions (-maxorphantx).
    explicit Orphanage(std::size_t max_count = wire::limits::orphans) : max_count_(max_count) {}

    /// Adds `tx`, sent by `peer`. False if it is too heavy. If it is already here, `peer` counts as
    /// another sender.
    bool add(const TransactionRef& tx, PeerId peer, Time now);

    [[nodiscard]] bool contains(const Wtxid& wtxid) const { return orphans_.contains(wtxid); }

    /// `parent` has been accepted: its children should be tried now.
    void parent_arrived(const Transaction& parent, const Txid& txid);
    /// `wtxid` should be tried now, if it is here.
    void retry(const Wtxid& wtxid);

    /// An orphan to try, and one of its senders.
    struct Work {
        TransactionRef tx;
        PeerId peer;
    };
    /// The next orphan to try; it stays here until `erase`.
    [[nodiscard]] std::optional<Work> take_work();
    [[nodiscard]] bool has_work() const { return !work_.empty(); }

    /// The orphans that spend an output of `parent`, the latest first. The sender is `preferred` if
    /// that peer is one of its senders.
    [[nodiscard]] std::vector<Work> children_of(const SealedTransaction& parent,
                                                PeerId preferred) const;

    void erase(const Wtxid& wtxid);
    /// Removes orphans that the block contains, and those that spend the same coins.
    void block_connected(const Block& block);
    /// Removes orphans that only `peer` sent.
    void peer_gone(PeerId peer);
    /// Removes orphans older than limits::orphan_expiry.
    void expire(Time now);

    [[nodiscard]] std::size_t size() const { return orphans_.size(); }
    [[nodiscard]] std::int64_t weight() const { return weight_; }
    /// Compares the counters with the contents; ensure() fails if they disagree. For tests.
    void check() const;

private:
    struct Orphan {
        TransactionRef tx;
        std::set<PeerId> peers;
        Time expires_at;
        std::uint64_t sequence;
    };
    struct Usage {
        std::size_t count = 0;
        std::int64_t weight = 0;
    };

    void trim();
    void charge(PeerId peer, const SealedTransaction& tx, int sign);

    const std::size_t max_count_;
    std::unordered_map<Wtxid, Orphan, SaltedHasher> orphans_;
    std::unordered_map<OutPoint, std::set<Wtxid>, SaltedHasher> by_input_;
    std::deque<Wtxid> work_;  ///< to be tried, each once
    std::map<PeerId, Usage> usage_;
    std::int64_t weight_ = 0;
    std::uint64_t sequence_ = 0;
};

}  // namespace daler::sync
