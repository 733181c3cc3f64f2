// Looking into the mempool.
#include "state.h"

#include <algorithm>

namespace daler::mempool {
namespace {

std::vector<Txid> ids_of(const auto& entries) {
    std::vector<Txid> out;
    for (const Entry* entry : entries)
        out.push_back(entry->txid());
    return out;
}

// Parents before children, then by fee rate.
std::vector<const Entry*> sorted(const Pool& pool) {
    std::vector<const Entry*> all;
    all.reserve(pool.entries().size());
    for (const Entry& entry : pool.entries())
        all.push_back(&entry);
    std::ranges::sort(all, [](const Entry* a, const Entry* b) {
        if (a->ancestors.count != b->ancestors.count)
            return a->ancestors.count < b->ancestors.count;
        const auto order = Rate{a->fee, a->vsize} <=> Rate{b->fee, b->vsize};
        if (order != 0) return order > 0;
        return b->txid() < a->txid();
    });
    return all;
}

bool is_replaceable(const Entry& entry) {
    if (signals_replacement(*entry.tx)) return true;
    return std::ranges::any_of(Pool::ancestors(entry), [](const Entry* ancestor) {
        return signals_replacement(*ancestor->tx);
    });
}

}  // namespace

TransactionRef Mempool::find(const Txid& txid) const {
    const Entry* entry = impl_->pool.find(txid);
    return entry ? entry->tx : nullptr;
}

TransactionRef Mempool::find(const Wtxid& wtxid) const {
    const Entry* entry = impl_->pool.find(wtxid);
    return entry ? entry->tx : nullptr;
}

TransactionRef Mempool::spender(const OutPoint& outpoint) const {
    const Entry* entry = impl_->pool.spender(outpoint);
    return entry ? entry->tx : nullptr;
}

std::optional<consensus::Coin> Mempool::unconfirmed_coin(const OutPoint& outpoint) const {
    const Entry* entry = impl_->pool.find(outpoint.txid);
    if (!entry || outpoint.index >= entry->tx->outputs.size()) return std::nullopt;
    return consensus::Coin{entry->tx->outputs[outpoint.index], unconfirmed_height, false};
}

FeeRate Mempool::min_fee_rate() const {
    return impl_->min_fee_rate();
}

MempoolInfo Mempool::info() const {
    const auto& policy = impl_->rules.options.policy;
    return {
        .count = impl_->pool.entries().size(),
        .vsize = impl_->pool.vsize(),
        .usage = impl_->pool.usage(),
        .total_fee = impl_->pool.total_fee(),
        .max_bytes = impl_->rules.options.max_bytes,
        .min_fee_rate = std::max(impl_->min_fee_rate(), policy.min_relay_fee),
        .min_relay_fee_rate = policy.min_relay_fee,
        .incremental_fee_rate = policy.incremental_relay_fee,
        .unbroadcast = impl_->unbroadcast.size(),
        .full_rbf = impl_->rules.options.full_rbf,
    };
}

std::optional<EntryInfo> Mempool::entry(const Txid& txid) const {
    const Entry* entry = impl_->pool.find(txid);
    if (!entry) return std::nullopt;
    EntryInfo info;
    info.tx = entry->tx;
    info.vsize = entry->vsize;
    info.fee = entry->fee;
    info.modified_fee = entry->modified_fee;
    info.time = entry->time;
    info.height = entry->height;
    info.descendant_count = static_cast<std::size_t>(entry->descendants.count);
    info.descendant_vsize = entry->descendants.vsize;
    info.descendant_fees = entry->descendants.fee;
    info.ancestor_count = static_cast<std::size_t>(entry->ancestors.count);
    info.ancestor_vsize = entry->ancestors.vsize;
    info.ancestor_fees = entry->ancestors.fee;
    info.depends = ids_of(entry->parents);
    info.spent_by = ids_of(entry->children);
    info.sigop_cost = entry->sigop_cost;
    info.sequence = entry->sequence;
    info.replaceable = is_replaceable(*entry);
    info.unbroadcast = impl_->unbroadcast.contains(txid);
    return info;
}

std::vector<Txid> Mempool::ancestors(const Txid& txid) const {
    const Entry* entry = impl_->pool.find(txid);
    return entry ? ids_of(Pool::ancestors(*entry)) : std::vector<Txid>{};
}

std::vector<Txid> Mempool::descendants(const Txid& txid) const {
    const Entry* entry = impl_->pool.find(txid);
    return entry ? ids_of(Pool::descendants(*entry)) : std::vector<Txid>{};
}

std::vector<TransactionRef> Mempool::all() const {
    std::vector<TransactionRef> out;
    for (const Entry* entry : sorted(impl_->pool))
        out.push_back(entry->tx);
    return out;
}

std::uint64_t Mempool::sequence() const {
    return impl_->sequence;
}

SavedMempool Mempool::saved() const {
    SavedMempool out;
    out.fee_deltas = impl_->deltas;
    out.unbroadcast = impl_->unbroadcast;
    for (const Entry* entry : sorted(impl_->pool)) {
        out.transactions.push_back({entry->tx, entry->time, impl_->delta_of(entry->txid())});
        out.fee_deltas.erase(entry->txid());
    }
    return out;
}

}  // namespace daler::mempool
