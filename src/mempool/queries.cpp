// Read access to the mempool.
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
    if (policy::signals_replacement(*entry.tx)) return true;
    return std::ranges::any_of(Pool::ancestors(entry), [](const Entry* ancestor) {
        return policy::signals_replacement(*ancestor->tx);
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

std::size_t Mempool::size() const {
    return impl_->pool.entries().size();
}

std::optional<TxOutput> Mempool::output(const OutPoint& outpoint) const {
    const Entry* entry = impl_->pool.find(outpoint.txid);
    if (!entry || outpoint.index >= entry->tx->outputs.size()) return std::nullopt;
    return entry->tx->outputs[outpoint.index];
}

FeeRate Mempool::min_fee(BlockTime now) const {
    return impl_->min_fee(now);
}

const Limits& Mempool::limits() const {
    return impl_->rules.limits;
}

const policy::PolicyOptions& Mempool::policy() const {
    return impl_->rules.policy;
}

Info Mempool::info(BlockTime now) const {
    const auto& [params, policy, limits, chain, workers, cache] = impl_->rules;
    return {
        .size = impl_->pool.entries().size(),
        .bytes = impl_->pool.vsize(),
        .usage = impl_->pool.usage(),
        .total_fee = impl_->pool.total_fee(),
        .max_usage = limits.max_usage,
        .min_fee = std::max(impl_->min_fee(now), policy.min_relay_fee),
        .min_relay_fee = policy.min_relay_fee,
        .incremental_relay_fee = policy.incremental_relay_fee,
        .unbroadcast_count = impl_->unbroadcast.size(),
        .full_rbf = limits.full_rbf,
    };
}

std::optional<EntryDetails> Mempool::entry(const Txid& txid) const {
    const Entry* entry = impl_->pool.find(txid);
    if (!entry) return std::nullopt;
    EntryDetails info;
    info.tx = entry->tx;
    info.vsize = entry->vsize;
    info.fee = entry->fee;
    info.modified_fee = entry->modified_fee;
    info.time = entry->time;
    info.height = entry->height;
    info.descendant_count = entry->descendants.count;
    info.descendant_vsize = entry->descendants.vsize;
    info.descendant_fees = entry->descendants.fee;
    info.ancestor_count = entry->ancestors.count;
    info.ancestor_vsize = entry->ancestors.vsize;
    info.ancestor_fees = entry->ancestors.fee;
    info.depends = ids_of(entry->parents);
    info.spent_by = ids_of(entry->children);
    info.sigop_cost = entry->sigop_cost;
    info.sequence = entry->sequence;
    info.bip125_replaceable = is_replaceable(*entry);
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

std::vector<TransactionRef> Mempool::transactions() const {
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
    if (impl_->estimator) out.fee_statistics = impl_->estimator->encode_compact();
    for (const Entry* entry : sorted(impl_->pool)) {
        out.transactions.push_back(
            {entry->tx, entry->entered, impl_->delta_of(entry->txid()),
             SavedMempool::Entry{entry->height, entry->time, entry->is_counted}});
        out.fee_deltas.erase(entry->txid());
    }
    return out;
}

}  // namespace daler::mempool
