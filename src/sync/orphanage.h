#pragma once

#include "types.h"

#include <daler/primitives/block.h>
#include <daler/primitives/salted_hasher.h>
#include <daler/wire/limits.h>

#include <deque>
#include <set>
#include <unordered_map>

namespace daler::sync {

/// Transactions whose parents are not known yet. Bounded by number, weight and time; when it is
/// full, the peer that takes most of it loses its oldest one, so that one peer cannot drive out
/// what others sent. A pure state machine.
class Orphanage {
public:
    /// Keeps `tx`, sent by `peer`. False if it is too heavy. If it is here already, `peer` counts
    /// as another sender of it.
    bool add(const TransactionRef& tx, PeerId peer, Time now);

    [[nodiscard]] bool contains(const Wtxid& wtxid) const { return orphans_.contains(wtxid); }

    /// `parent` has been accepted: its children should be tried now.
    void parent_arrived(const Transaction& parent, const Txid& txid);
    /// `wtxid` should be tried now, if it is here.
    void retry(const Wtxid& wtxid);

    /// An orphan to try, and one of those who sent it.
    struct Work {
        TransactionRef tx;
        PeerId peer;
    };
    /// The next orphan to try; it stays here until `erase`.
    [[nodiscard]] std::optional<Work> take_work();
    [[nodiscard]] bool has_work() const { return !work_.empty(); }

    void erase(const Wtxid& wtxid);
    /// Drops what the block contains and what it has made invalid by spending the same coins.
    void block_connected(const Block& block);
    /// Drops what only `peer` sent.
    void peer_gone(PeerId peer);
    /// Drops what is older than limits::orphan_expiry.
    void expire(Time now);

    [[nodiscard]] std::size_t size() const { return orphans_.size(); }
    [[nodiscard]] std::int64_t weight() const { return weight_; }
    /// Compares every count with the items behind it; ensure() fails if they disagree. For tests.
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

    std::unordered_map<Wtxid, Orphan, SaltedHasher> orphans_;
    std::unordered_map<OutPoint, std::set<Wtxid>, SaltedHasher> by_input_;
    std::deque<Wtxid> work_;  ///< to be tried, each once
    std::map<PeerId, Usage> usage_;
    std::int64_t weight_ = 0;
    std::uint64_t sequence_ = 0;
};

}  // namespace daler::sync
