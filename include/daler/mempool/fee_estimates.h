#pragma once

#include <daler/primitives/amount.h>

#include <map>
#include <optional>

namespace daler::mempool {

/// Fee rates at which transactions are expected to confirm. There are no statistics: these are the
/// rates that the user set, to simulate a fee market. Ledger thread only.
class FeeEstimates {
public:
    /// Confirming within `target` blocks or more costs `rate`, up to the next target that is set.
    /// Requires a target from 1 to policy::max_confirmation_target.
    void set(int target, FeeRate rate) { rates_[target] = rate; }
    void clear(int target) { rates_.erase(target); }
    void clear() { rates_.clear(); }

    /// The rate for confirming within `target` blocks: that of the highest target up to it, or else
    /// of the lowest one. Nothing if none is set.
    [[nodiscard]] std::optional<FeeRate> find(int target) const;
    [[nodiscard]] const std::map<int, FeeRate>& rates() const { return rates_; }

    bool operator==(const FeeEstimates&) const = default;

private:
    std::map<int, FeeRate> rates_;
};

}  // namespace daler::mempool
