// The rates that the user set, and what the estimator learns from the mempool.
#include <daler/mempool/fee_estimates.h>

#include "state.h"

#include <iterator>

namespace daler::mempool {

std::optional<FeeRate> FeeEstimates::find(int target) const {
    if (rates_.empty()) return std::nullopt;
    const auto next = rates_.upper_bound(target);
    return next == rates_.begin() ? next->second : std::prev(next)->second;
}

FeeEstimates& Mempool::fee_estimates() {
    return impl_->fee_estimates;
}

void Mempool::start_estimating(fees::Estimator estimator) {
    impl_->estimator = std::make_unique<fees::Estimator>(std::move(estimator));
}

void Mempool::stop_estimating() {
    for (const Entry& entry : impl_->pool.entries())
        impl_->stop_counting(entry);
}

const fees::Estimator* Mempool::fee_estimator() const {
    return impl_->estimator.get();
}

fees::SmartEstimate Mempool::estimate_fee(int target, bool conservative) const {
    if (const auto rate = impl_->fee_estimates.find(target))
        return {.rate = rate, .target = target, .reason = fees::Reason::half_target};
    if (!impl_->estimator) return {};
    return impl_->estimator->estimate(target, conservative);
}

// A child confirms when its parents do, so its own fee says little. Nor does that of a transaction
// that came without regard to the limits.
void Mempool::Impl::count(const Entry& entry, const AcceptOptions& options) {
    if (!estimator || !options.chain_is_current || options.bypass_limits) return;
    if (!entry.parents().empty()) return;
    entry.is_counted = estimator->add(counted(entry));
}

void Mempool::Impl::stop_counting(const Entry& entry) {
    if (std::exchange(entry.is_counted, false) && estimator) estimator->removed(counted(entry));
}

void Mempool::Impl::restore_fee_statistics(const SavedMempool& saved) {
    if (!estimator || saved.fee_statistics.empty()) return;
    auto decoded = fees::Estimator::decode_compact(saved.fee_statistics);
    if (!decoded) return;
    *estimator = std::move(*decoded);
    std::vector<fees::Counted> waiting;
    for (const auto& record : saved.transactions) {
        const Entry* entry = pool.find(record.tx->txid);
        if (!entry) continue;
        entry->is_counted = record.entry && record.entry->is_counted;
        if (entry->is_counted) waiting.push_back(counted(*entry));
    }
    estimator->count_again(waiting);
}

}  // namespace daler::mempool
