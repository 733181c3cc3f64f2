#pragma once

#include <daler/coins/coin_stats.h>
#include <daler/rpc/services.h>

namespace daler::rpc {

/// A snapshot of the current coins, to be read while other threads work.
[[nodiscard]] std::unique_ptr<coins::CoinSnapshot> snapshot_coins(Services& node);

}  // namespace daler::rpc
