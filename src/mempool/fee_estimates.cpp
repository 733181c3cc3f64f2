#include <daler/mempool/fee_estimates.h>

#include <iterator>

namespace daler::mempool {

std::optional<FeeRate> FeeEstimates::find(int target) const {
    if (rates_.empty()) return std::nullopt;
    const auto next = rates_.upper_bound(target);
    return next == rates_.begin() ? next->second : std::prev(next)->second;
}

}  // namespace daler::mempool
