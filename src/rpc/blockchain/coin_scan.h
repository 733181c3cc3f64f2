#pragma once

#include <daler/coins/coin_stats.h>
#include <daler/rpc/services.h>

namespace daler::rpc {

/// A picture of the coins as they are now, for long walks beside other work.
[[nodiscard]] std::unique_ptr<coins::CoinSnapshot> snapshot_coins(Services& node);

}  // namespace daler::rpc
