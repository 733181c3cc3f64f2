#pragma once

#include <daler/wallet/failure.h>
#include <daler/wallet/node_view.h>
#include <daler/wallet/options.h>
#include <daler/wallet/payment.h>

namespace daler::wallet {

/// A fee rate and why it is that, in bitcoind's words.
struct ChosenRate {
    FeeRate rate;
    std::string reason;
};

/// What a payment pays: the rate asked for, -paytxfee, an estimate or the fallback, but never less
/// than the mempool takes.
[[nodiscard]] Outcome<ChosenRate> choose_fee_rate(const NodeView& node,
                                                  const WalletOptions& options,
                                                  const PaymentRequest& request);

/// The rate at which an output would not be worth its spending: where change is given up.
[[nodiscard]] FeeRate discard_rate(const NodeView& node, const WalletOptions& options);

/// "12.345 sat/vB".
[[nodiscard]] std::string to_sat_per_vbyte(FeeRate rate);

}  // namespace daler::wallet
