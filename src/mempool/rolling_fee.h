#pragma once

#include <daler/primitives/amount.h>
#include <daler/util/clock.h>

#include <cstddef>

namespace daler::mempool {

/// The lowest fee rate to accept after the pool was full. An eviction can raise it. After the next
/// block it halves every 12 hours, or faster if the pool is less than half full.
class RollingFee {
public:
    /// A transaction that paid `rate` was evicted.
    void raise(FeeRate rate);
    /// A block was connected: from now on the fee rate may fall.
    void block(BlockTime now);
    [[nodiscard]] FeeRate at(BlockTime now, std::size_t usage, std::size_t max_usage,
                             FeeRate incremental);

private:
    double satoshis_per_kvb_ = 0;
    BlockTime updated_{};
    bool falling_ = false;
};

}  // namespace daler::mempool
