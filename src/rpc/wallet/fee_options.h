#pragma once

#include <daler/rpc/method.h>
#include <daler/wallet/payment.h>

#include <set>
#include <span>

namespace daler::rpc {

/// A fee rate in sat/vB with up to three decimals. -3 as to_amount.
[[nodiscard]] FeeRate to_fee_rate(const Json& value);

/// Reads the arguments that choose the fee: a target in blocks with the mode of the estimate, or a
/// rate; each may be null. A given rate makes the payment replaceable unless the request says
/// otherwise. -8 if they contradict each other.
void read_fee_choice(wallet::PaymentRequest& request, const Json& conf_target,
                     const Json& estimate_mode, const Json& fee_rate);

/// The positions of the outputs that pay the fee, from a list of positions and addresses; null is
/// an empty list. -8 "Invalid parameter 'subtract fee from output', ...".
[[nodiscard]] std::set<std::size_t> to_fee_payers(const Json& names,
                                                  std::span<const std::string> addresses);

}  // namespace daler::rpc
