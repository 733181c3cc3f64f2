#pragma once

#include "rolling_filter.h"
#include "types.h"

#include <daler/mempool/mempool.h>
#include <daler/wire/limits.h>

namespace daler::sync {

/// The transactions that the mempool has refused since the tip last changed: they are not requested
/// again. They are remembered by wtxid. The txid is the same for copies with another witness, so it
/// is remembered only if the reason holds for all copies.
class RefusedTransactions {
public:
    explicit RefusedTransactions(Random& random)
        : by_wtxid_(wire::limits::rejected_transactions, random),
          by_txid_(wire::limits::rejected_transactions, random),
          underpaid_(wire::limits::rejected_transactions, random) {}

    void remember(const SealedTransaction& tx, const mempool::Refused& why);
    /// A parent of `tx` was refused.
    void remember_child(const SealedTransaction& tx);

    [[nodiscard]] bool contains(const TxIdentifier& id) const {
        return (id.is_wtxid ? by_wtxid_ : by_txid_).contains(id.hash.bytes);
    }
    /// True if only its fee was too low: with a child that pays for it, it may be accepted. These
    /// are known by wtxid, and `contains` does not tell them.
    [[nodiscard]] bool is_underpaid(const TxIdentifier& id) const {
        return underpaid_.contains(id.hash.bytes);
    }
    /// `parent` and `child` were refused together.
    void remember_pair(const Wtxid& parent, const Wtxid& child);
    [[nodiscard]] bool contains_pair(const Wtxid& parent, const Wtxid& child) const;
    void clear();

private:
    RollingFilter by_wtxid_;
    RollingFilter by_txid_;
    RollingFilter underpaid_;  ///< wtxids, and hashes of pairs
};

}  // namespace daler::sync
