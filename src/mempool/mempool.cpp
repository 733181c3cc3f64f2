#include "state.h"

#include <algorithm>
#include <deque>

namespace daler::mempool {

using consensus::Reason;
using consensus::reject;

std::string_view name(RemovalReason reason) {
    switch (reason) {
        case RemovalReason::expiry:
            return "expiry";
        case RemovalReason::size_limit:
            return "sizelimit";
        case RemovalReason::reorg:
            return "reorg";
        case RemovalReason::block:
            return "block";
        case RemovalReason::conflict:
            return "conflict";
        case RemovalReason::replaced:
            return "replaced";
    }
    return "";
}

Mempool::Mempool(const ChainParams& params, const policy::PolicyOptions& policy,
                 const Limits& limits, const CoinView& chain, ThreadPool& workers,
                 script::BoundedSignatureCache* cache)
    : impl_(std::make_unique<Impl>(Rules{params, policy, limits, chain, workers, cache})) {}

Mempool::Mempool(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Mempool::~Mempool() = default;

std::unique_ptr<Mempool> Mempool::copy(const CoinView& chain) const {
    const Impl& from = *impl_;
    const Rules& rules = from.rules;
    auto to = std::make_unique<Impl>(
        Rules{rules.params, rules.policy, rules.limits, chain, rules.workers, rules.cache});
    std::vector<const Entry*> entries;
    for (const Entry& entry : from.pool.entries())
        entries.push_back(&entry);
    std::ranges::sort(entries, {}, [](const Entry* entry) { return entry->ancestors().count; });
    for (const Entry* entry : entries)
        to->pool.insert(Candidate{*entry, from.pool.transaction_once(*entry)});
    to->rolling_fee = from.rolling_fee;
    to->deltas = from.deltas;
    to->unbroadcast_count = from.unbroadcast_count;
    to->sequence = from.sequence;
    return std::unique_ptr<Mempool>(new Mempool(std::move(to)));
}

void Mempool::add_observer(MempoolObserver& observer) {
    impl_->observers.push_back(&observer);
}

void Mempool::remove_observer(MempoolObserver& observer) {
    std::erase(impl_->observers, &observer);
}

FeeRate Mempool::Impl::min_fee(BlockTime now) {
    return rolling_fee.at(now, pool.usage(), rules.limits.max_usage,
                          rules.policy.incremental_relay_fee);
}

Amount Mempool::Impl::delta_of(const Txid& txid) const {
    const auto found = deltas.find(txid);
    return found == deltas.end() ? Amount{} : found->second;
}

const Entry& Mempool::Impl::insert(Candidate candidate) {
    candidate.sequence = sequence++;
    ++updates;
    return pool.insert(candidate);
}

void Mempool::Impl::report_added(const Entry& added, const TransactionRef& tx) {
    for (MempoolObserver* observer : observers)
        observer->transaction_added(tx, added.fee, added.vsize, added.sequence);
}

void Mempool::Impl::remove(const Entry& entry, RemovalReason reason) {
    remove(entry, pool.transaction_once(entry), reason);
}

void Mempool::Impl::remove(const Entry& entry, const TransactionRef& tx, RemovalReason reason) {
    if (reason != RemovalReason::block) stop_counting(entry);
    const bool was_reported = &entry != entering;
    if (!was_reported) entering = nullptr;
    set_unbroadcast(entry, false);
    pool.erase(entry);
    ++updates;
    // Removal by a block does not count as a change of its own.
    const std::uint64_t number = reason == RemovalReason::block ? sequence : sequence++;
    if (!was_reported) return;
    for (MempoolObserver* observer : observers)
        observer->transaction_removed(tx, reason, number);
}

std::size_t Mempool::Impl::remove_with_descendants(const EntrySet& roots, RemovalReason reason) {
    auto leaving = Pool::with_descendants(roots);
    // Children first, so that a removed transaction has no children in the pool.
    std::ranges::stable_sort(leaving, [](const Entry* a, const Entry* b) {
        return a->ancestors().count > b->ancestors().count;
    });
    for (const Entry* entry : leaving)
        remove(*entry, reason);
    return leaving.size();
}

std::size_t Mempool::Impl::expire(BlockTime now) {
    const BlockTime oldest = now - rules.limits.expiry;
    const auto& by_time = pool.entries().get<tags::entered>();
    EntrySet old;
    for (auto entry = by_time.begin(); entry != by_time.end() && entry->entered < oldest; ++entry)
        old.insert(&*entry);
    return remove_with_descendants(old, RemovalReason::expiry);
}

std::vector<TransactionRef> Mempool::Impl::replace(const std::vector<const Entry*>& entries) {
    std::vector<TransactionRef> replaced;
    for (const Entry* entry : entries)
        replaced.push_back(pool.transaction(*entry));
    for (std::size_t i = 0; i < entries.size(); ++i)
        remove(*entries[i], replaced[i], RemovalReason::replaced);
    return replaced;
}

void Mempool::Impl::trim() {
    const auto& worst = pool.entries().get<tags::descendant_score>();
    while (pool.usage() > rules.limits.max_usage && !worst.empty()) {
        const Entry& entry = *worst.begin();
        // New transactions must pay more than the evicted ones, or both would be added and evicted
        // in turn.
        FeeRate rate = FeeRate::of(entry.descendants().fee, entry.descendants().vsize);
        rate.per_kvb += rules.policy.incremental_relay_fee.per_kvb;
        rolling_fee.raise(rate);
        EntrySet root;
        root.insert(&entry);
        remove_with_descendants(root, RemovalReason::size_limit);
    }
}

AcceptResult Mempool::accept(const TransactionRef& tx, const AcceptOptions& options) {
    Impl& self = *impl_;
    Admission admission(self.rules, self.pool, tx, options, self.delta_of(tx->txid),
                        self.min_fee(options.now));
    if (auto refused = admission.check()) return fail(std::move(*refused));

    Accepted accepted;
    accepted.fee = admission.entry().fee;
    accepted.modified_fee = admission.entry().modified_fee;
    accepted.vsize = admission.entry().vsize;
    if (options.test_only) {
        for (const Entry* entry : admission.replaced())
            accepted.replaced.push_back(self.pool.transaction(*entry));
        return accepted;
    }
    accepted.replaced = self.replace(admission.replaced());
    self.entering = &self.insert(admission.entry());
    if (!options.bypass_limits) {
        self.expire(options.now);
        self.trim();
        if (!self.entering) return fail(Refused{{Reason::mempool_full, {}}, {}, false, true});
    }
    const Entry& added = *std::exchange(self.entering, nullptr);
    self.count(added, options);
    self.report_added(added, tx);
    return accepted;
}

void Mempool::verify_ahead(std::span<const TransactionRef> transactions,
                           const AcceptOptions& options) {
    Impl& self = *impl_;
    if (!self.rules.cache || transactions.size() < 2) return;
    std::deque<Admission> ready;
    for (const auto& tx : transactions) {
        ready.emplace_back(self.rules, self.pool, tx, options, self.delta_of(tx->txid),
                           self.min_fee(options.now));
        if (ready.back().check_before_scripts()) ready.pop_back();
    }
    self.rules.workers.for_each(ready.size(), [&](std::size_t i) { ready[i].verify_ahead(); });
}

void Mempool::remove(const Txid& txid, RemovalReason reason) {
    const Entry* entry = impl_->pool.find(txid);
    if (!entry) return;
    EntrySet root;
    root.insert(entry);
    impl_->remove_with_descendants(root, reason);
}

std::size_t Mempool::expire(BlockTime now) {
    return impl_->expire(now);
}

void Mempool::prioritise(const Txid& txid, Amount delta) {
    Amount& sum = impl_->deltas[txid];
    sum += delta;
    ++impl_->updates;
    if (const Entry* entry = impl_->pool.find(txid))
        impl_->pool.set_modified_fee(*entry, entry->modified_fee + delta);
    if (sum == Amount{}) impl_->deltas.erase(txid);
}

const std::map<Txid, Amount>& Mempool::deltas() const {
    return impl_->deltas;
}

void Mempool::add_unbroadcast(const Txid& txid) {
    if (const Entry* entry = impl_->pool.find(txid)) impl_->set_unbroadcast(*entry, true);
}

void Mempool::remove_unbroadcast(const Txid& txid) {
    if (const Entry* entry = impl_->pool.find(txid)) impl_->set_unbroadcast(*entry, false);
}

void Mempool::Impl::set_unbroadcast(const Entry& entry, bool unbroadcast) {
    if (std::exchange(entry.is_unbroadcast, unbroadcast) == unbroadcast) return;
    unbroadcast ? ++unbroadcast_count : --unbroadcast_count;
}

std::set<Txid> Mempool::unbroadcast() const {
    std::set<Txid> out;
    if (impl_->unbroadcast_count == 0) return out;
    for (const Entry& entry : impl_->pool.entries())
        if (entry.is_unbroadcast) out.insert(entry.txid());
    return out;
}

std::vector<Selected> Mempool::select_for_block(const BlockSpace& space) const {
    return mempool::select_for_block(impl_->pool, space);
}

}  // namespace daler::mempool
