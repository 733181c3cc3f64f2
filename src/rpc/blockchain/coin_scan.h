#pragma once

#include <daler/chain/coin_stats.h>
#include <daler/rpc/method.h>

namespace daler::rpc {

/// A range of derivation indices: the last one, or [first, last]. -8 with the field's texts if it
/// is none or longer than a million.
[[nodiscard]] std::pair<std::int64_t, std::int64_t> parse_range(const Json& value);

/// A picture of the coins as they are now, for long walks beside other work.
[[nodiscard]] std::unique_ptr<chain::CoinSnapshot> snapshot_coins(Services& node);

[[nodiscard]] Json scantxoutset(Call& call);

}  // namespace daler::rpc
