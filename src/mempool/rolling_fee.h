#pragma once

#include <daler/primitives/amount.h>
#include <daler/util/clock.h>

#include <cstddef>

namespace daler::mempool {

/// The fee rate below which nothing comes in after the pool was full. Each eviction raises it; once
/// a block has come it halves every 12 hours, faster the emptier the pool is.
class RollingFee {
public:
    /// Something paying `rate` was evicted.
    void raise(FeeRate rate);
    /// A block came: from now on the fee may fall.
    void block(BlockTime now);
    [[nodiscard]] FeeRate at(BlockTime now, std::size_t usage, std::size_t max_usage,
                             FeeRate incremental);

private:
    double satoshis_per_kvb_ = 0;
    BlockTime updated_{};
    bool falling_ = false;
};

}  // namespace daler::mempool
