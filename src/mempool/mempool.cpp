#include "state.h"

#include <algorithm>

namespace daler::mempool {

using consensus::Reason;
using consensus::reject;

std::string_view name(RemovalReason reason) {
    switch (reason) {
        case RemovalReason::expiry:
            return "expiry";
        case RemovalReason::size_limit:
            return "sizelimit";
        case RemovalReason::reorganisation:
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

Mempool::Mempool(MempoolOptions options, ChainContext& chain, const Clock& clock,
                 ThreadPool& workers, script::SignatureCache* cache)
    : impl_(std::make_unique<Impl>(Rules{std::move(options), chain, clock, workers, cache})) {}

Mempool::~Mempool() = default;

void Mempool::add_listener(Listener& listener) {
    impl_->listeners.push_back(&listener);
}

FeeRate Mempool::Impl::min_fee_rate() {
    return rolling_fee.at(rules.clock.now(), pool.usage(), rules.options.max_bytes,
                          rules.options.policy.incremental_relay_fee);
}

Amount Mempool::Impl::delta_of(const Txid& txid) const {
    const auto found = deltas.find(txid);
    return found == deltas.end() ? Amount{} : found->second;
}

void Mempool::Impl::add(Entry entry) {
    entry.sequence = sequence++;
    const TransactionRef tx = entry.tx;
    pool.insert(std::move(entry));
    for (Listener* listener : listeners)
        listener->transaction_added(tx);
}

void Mempool::Impl::remove(const Entry& entry, RemovalReason reason) {
    const TransactionRef tx = entry.tx;
    pool.erase(entry);
    unbroadcast.erase(tx->txid);
    if (reason != RemovalReason::block) ++sequence;
    for (Listener* listener : listeners)
        listener->transaction_removed(tx, reason);
}

std::size_t Mempool::Impl::remove_with_descendants(const EntrySet& roots, RemovalReason reason) {
    auto doomed = Pool::with_descendants(roots);
    // Children first: a listener never sees a transaction whose parent has gone.
    std::ranges::stable_sort(doomed, [](const Entry* a, const Entry* b) {
        return a->ancestors.count > b->ancestors.count;
    });
    for (const Entry* entry : doomed)
        remove(*entry, reason);
    return doomed.size();
}

std::size_t Mempool::Impl::expire() {
    const BlockTime oldest = rules.clock.now() - rules.options.expiry;
    const auto& by_time = pool.entries().get<tags::time>();
    EntrySet old;
    for (auto entry = by_time.begin(); entry != by_time.end() && entry->time < oldest; ++entry)
        old.insert(&*entry);
    return remove_with_descendants(old, RemovalReason::expiry);
}

void Mempool::Impl::trim() {
    const auto& worst = pool.entries().get<tags::descendant_score>();
    while (pool.usage() > rules.options.max_bytes && !worst.empty()) {
        const Entry& entry = *worst.begin();
        // What comes next must pay more than what had to leave, or both would take turns.
        FeeRate rate = FeeRate::of(entry.descendants.fee, entry.descendants.vsize);
        rate.per_kvb += rules.options.policy.incremental_relay_fee.per_kvb;
        rolling_fee.raise(rate);
        EntrySet root;
        root.insert(&entry);
        remove_with_descendants(root, RemovalReason::size_limit);
    }
}

AcceptResult Mempool::accept(const TransactionRef& tx, const AcceptOptions& options) {
    Impl& self = *impl_;
    Admission admission(self.rules, self.pool, tx, options, self.delta_of(tx->txid),
                        self.min_fee_rate());
    if (auto refused = admission.check()) return fail(std::move(*refused));

    Accepted accepted;
    accepted.base_fee = admission.entry().fee;
    accepted.modified_fee = admission.entry().modified_fee;
    accepted.vsize = admission.entry().vsize;
    for (const Entry* entry : admission.replaced())
        accepted.replaced.push_back(entry->tx);
    if (options.test_only) return accepted;

    for (const auto& old : accepted.replaced) {
        if (const Entry* entry = self.pool.find(old->txid))
            self.remove(*entry, RemovalReason::replaced);
    }
    self.add(admission.entry());
    if (!options.bypass_limits) {
        self.expire();
        self.trim();
        if (!self.pool.find(tx->txid)) return fail(Refused{{Reason::mempool_full, {}}, {}, false});
    }
    return accepted;
}

void Mempool::remove(const Txid& txid, RemovalReason reason) {
    const Entry* entry = impl_->pool.find(txid);
    if (!entry) return;
    EntrySet root;
    root.insert(entry);
    impl_->remove_with_descendants(root, reason);
}

std::size_t Mempool::expire() {
    return impl_->expire();
}

void Mempool::prioritise(const Txid& txid, Amount delta) {
    Amount& sum = impl_->deltas[txid];
    sum += delta;
    if (const Entry* entry = impl_->pool.find(txid))
        impl_->pool.set_modified_fee(*entry, entry->modified_fee + delta);
    if (sum == Amount{}) impl_->deltas.erase(txid);
}

std::vector<std::pair<Txid, Amount>> Mempool::prioritised() const {
    return {impl_->deltas.begin(), impl_->deltas.end()};
}

void Mempool::add_unbroadcast(const Txid& txid) {
    if (impl_->pool.find(txid)) impl_->unbroadcast.insert(txid);
}

void Mempool::remove_unbroadcast(const Txid& txid) {
    impl_->unbroadcast.erase(txid);
}

std::vector<TransactionRef> Mempool::unbroadcast() const {
    std::vector<TransactionRef> out;
    for (const auto& txid : impl_->unbroadcast)
        out.push_back(find(txid));
    return out;
}

std::vector<Selected> Mempool::select_for_block(const SelectLimits& limits) const {
    return mempool::select_for_block(impl_->pool, limits);
}

}  // namespace daler::mempool
