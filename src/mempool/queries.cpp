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

/// What the order of all entries depends on, so that sorting seldom reads the entries.
struct Place {
    std::int64_t ancestors;
    Rate rate;
    const Entry* entry;

    bool operator<(const Place& other) const {
        if (ancestors != other.ancestors) return ancestors < other.ancestors;
        if (const auto order = rate <=> other.rate; order != 0) return order > 0;
        return other.entry->txid() < entry->txid();
    }
};

// Parents before children, then by fee rate.
std::vector<const Entry*> sorted(const Pool& pool) {
    std::vector<Place> places;
    places.reserve(pool.entries().size());
    for (const Entry& entry : pool.entries())
        places.push_back({entry.ancestors().count, {entry.fee, entry.vsize}, &entry});
    std::ranges::sort(places, std::less<>());
    std::vector<const Entry*> all;
    all.reserve(places.size());
    for (const Place& place : places)
        all.push_back(place.entry);
    return all;
}

bool is_replaceable(const Entry& entry) {
    if (entry.signals_replacement()) return true;
    return std::ranges::any_of(Pool::ancestors(entry), &Entry::signals_replacement);
}

}  // namespace

TransactionRef Mempool::find(const Txid& txid) const {
    const Entry* entry = impl_->pool.find(txid);
    return entry ? impl_->pool.transaction(*entry) : nullptr;
}

TransactionRef Mempool::find(const Wtxid& wtxid) const {
    const Entry* entry = impl_->pool.find(wtxid);
    return entry ? impl_->pool.transaction(*entry) : nullptr;
}

TransactionRef Mempool::spender(const OutPoint& outpoint) const {
    const Entry* entry = impl_->pool.spender(outpoint);
    return entry ? impl_->pool.transaction(*entry) : nullptr;
}

std::size_t Mempool::size() const {
    return impl_->pool.entries().size();
}

std::optional<TxOutput> Mempool::output(const OutPoint& outpoint) const {
    const Entry* entry = impl_->pool.find(outpoint.txid);
    if (!entry) return std::nullopt;
    const TransactionRef tx = impl_->pool.transaction(*entry);
    if (outpoint.index >= tx->outputs.size()) return std::nullopt;
    return tx->outputs[outpoint.index];
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
        .unbroadcast_count = impl_->unbroadcast_count,
        .full_rbf = limits.full_rbf,
    };
}

EntryDetails Mempool::Impl::details_of(const Entry& entry) const {
    const Totals above = entry.ancestors();
    const Totals below = entry.descendants();
    return {
        .txid = entry.txid(),
        .wtxid = entry.wtxid(),
        .weight = entry.weight(),
        .fee = entry.fee,
        .modified_fee = entry.modified_fee,
        .vsize = entry.vsize,
        .sigop_cost = entry.sigop_cost,
        .time = entry.time,
        .height = entry.height,
        .sequence = entry.sequence,
        .ancestor_count = above.count,
        .ancestor_vsize = above.vsize,
        .ancestor_fees = above.fee,
        .descendant_count = below.count,
        .descendant_vsize = below.vsize,
        .descendant_fees = below.fee,
        .depends = ids_of(entry.parents()),
        .spent_by = ids_of(entry.children()),
        .bip125_replaceable = is_replaceable(entry),
        .unbroadcast = entry.is_unbroadcast,
    };
}

std::optional<EntryDetails> Mempool::entry(const Txid& txid) const {
    const Entry* entry = impl_->pool.find(txid);
    if (!entry) return std::nullopt;
    return impl_->details_of(*entry);
}

void Mempool::visit_entries(const std::function<void(EntryDetails&&)>& visit) const {
    for (const Entry* entry : sorted(impl_->pool))
        visit(impl_->details_of(*entry));
}

std::vector<Txid> Mempool::txids() const {
    return ids_of(sorted(impl_->pool));
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
        out.push_back(impl_->pool.transaction_once(*entry));
    return out;
}

std::uint64_t Mempool::sequence() const {
    return impl_->sequence;
}

std::uint64_t Mempool::updates() const {
    return impl_->updates;
}

SavedMempool Mempool::saved() const {
    SavedMempool out;
    out.fee_deltas = impl_->deltas;
    out.unbroadcast = unbroadcast();
    if (impl_->estimator) out.fee_statistics = impl_->estimator->encode_compact();
    for (const Entry* entry : sorted(impl_->pool)) {
        out.transactions.push_back(
            {impl_->pool.transaction_once(*entry), entry->entered, impl_->delta_of(entry->txid()),
             SavedMempool::Entry{entry->height, entry->time, entry->is_counted}});
        out.fee_deltas.erase(entry->txid());
    }
    return out;
}

}  // namespace daler::mempool
