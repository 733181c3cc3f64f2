#include "pooled_transactions.h"

namespace daler::sync {

bool PooledTransactions::contains(const Txid& txid) const {
    return wtxids_.contains(key_of_(txid));
}

bool PooledTransactions::contains(const Wtxid& wtxid) const {
    return by_wtxid_.contains(key_of_(wtxid));
}

std::optional<PooledTransactions::Record> PooledTransactions::find(const Txid& txid) const {
    const auto wtxid = wtxids_.find(key_of_(txid));
    return wtxid == wtxids_.end() ? std::nullopt : record_of(wtxid->second);
}

std::optional<PooledTransactions::Record> PooledTransactions::find(const Wtxid& wtxid) const {
    return record_of(key_of_(wtxid));
}

std::optional<PooledTransactions::Record> PooledTransactions::record_of(Key wtxid) const {
    const auto found = by_wtxid_.find(wtxid);
    if (found == by_wtxid_.end()) return std::nullopt;
    return found->second;
}

void PooledTransactions::add(const SealedTransaction& tx, const Record& record) {
    const Key wtxid = key_of_(tx.wtxid);
    erase(tx.txid);
    wtxids_.emplace(key_of_(tx.txid), wtxid);
    by_wtxid_.insert_or_assign(wtxid, record);
}

void PooledTransactions::erase(const Txid& txid) {
    const auto wtxid = wtxids_.find(key_of_(txid));
    if (wtxid == wtxids_.end()) return;
    by_wtxid_.erase(wtxid->second);
    wtxids_.erase(wtxid);
}

}  // namespace daler::sync
