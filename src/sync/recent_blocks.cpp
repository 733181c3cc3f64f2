#include "recent_blocks.h"

namespace daler::sync {

void RecentBlocks::connected(const BlockRef& block) {
    for (const auto& tx : block->transactions) {
        confirmed_.insert(tx->txid.bytes);
        if (tx->has_witness()) confirmed_.insert(tx->wtxid.bytes);
    }
    last_ = block;
    in_last_.clear();
}

void RecentBlocks::disconnected(const BlockRef& block) {
    // The filter cannot remove single items, so all are forgotten; the mempool refuses transactions
    // that are still confirmed.
    confirmed_.clear();
    if (!last_ || last_->header.hash() != block->header.hash()) return;
    last_ = nullptr;
    in_last_.clear();
}

TransactionRef RecentBlocks::find_in_last(const TxIdentifier& id) {
    if (!last_) return nullptr;
    if (in_last_.empty()) {
        for (const auto& tx : last_->transactions) {
            in_last_.emplace(tx->txid.as<Hash256>(), tx);
            in_last_.emplace(tx->wtxid.as<Hash256>(), tx);
        }
    }
    const auto found = in_last_.find(id.hash);
    if (found == in_last_.end()) return nullptr;
    const auto& tx = found->second;
    const auto hash = id.is_wtxid ? tx->wtxid.as<Hash256>() : tx->txid.as<Hash256>();
    return hash == id.hash ? tx : nullptr;
}

}  // namespace daler::sync
