#include "rolling_fee.h"

#include <algorithm>
#include <cmath>

namespace daler::mempool {
namespace {

constexpr double half_life = 12 * 60 * 60;  // seconds
constexpr std::chrono::seconds update_interval{10};

FeeRate rounded(double rate) {
    return {Amount{std::llround(rate)}};
}

}  // namespace

void RollingFee::raise(FeeRate rate) {
    const auto value = static_cast<double>(rate.per_kvb.satoshis());
    if (value <= satoshis_per_kvb_) return;
    satoshis_per_kvb_ = value;
    falling_ = false;
}

void RollingFee::block(BlockTime now) {
    updated_ = now;
    falling_ = true;
}

FeeRate RollingFee::at(BlockTime now, std::size_t usage, std::size_t max_usage,
                       FeeRate incremental) {
    if (!falling_ || satoshis_per_kvb_ == 0) return rounded(satoshis_per_kvb_);
    if (now > updated_ + update_interval) {
        const double factor = usage < max_usage / 4 ? 4 : usage < max_usage / 2 ? 2 : 1;
        const auto passed = static_cast<double>((now - updated_).count());
        satoshis_per_kvb_ /= std::pow(2.0, passed / (half_life / factor));
        updated_ = now;
        if (satoshis_per_kvb_ < static_cast<double>(incremental.per_kvb.satoshis()) / 2) {
            satoshis_per_kvb_ = 0;
            return {};
        }
    }
    return std::max(rounded(satoshis_per_kvb_), incremental);
}

}  // namespace daler::mempool
