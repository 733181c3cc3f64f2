#pragma once

#include "rolling_filter.h"
#include "types.h"

#include <daler/primitives/block.h>
#include <daler/primitives/salted_hasher.h>
#include <daler/wire/limits.h>

#include <unordered_map>

namespace daler::sync {

/// Transactions that the latest blocks confirmed: they are not requested again, and those of the
/// last block are still served. A pure state machine.
class RecentBlocks {
public:
    explicit RecentBlocks(Random& random)
        : confirmed_(wire::limits::confirmed_transactions, random) {}

    void connected(const BlockRef& block);
    /// Forgets the confirmed ids: the transactions may be needed again.
    void disconnected(const BlockRef& block);

    /// True if one of the blocks has a transaction with this txid or wtxid.
    [[nodiscard]] bool confirms(const Hash256& id) const { return confirmed_.contains(id.bytes); }
    /// The transaction of the last block with this id, or null.
    [[nodiscard]] TransactionRef find_in_last(const TxIdentifier& id);

private:
    RollingFilter confirmed_;  ///< by txid and wtxid
    BlockRef last_;
    /// The transactions of `last_`, by txid and wtxid; filled when first needed.
    std::unordered_map<Hash256, TransactionRef, SaltedHasher> in_last_;
};

}  // namespace daler::sync
