#pragma once

#include <daler/wallet/wallet.h>

namespace daler::wallet {

/// A fee rate and its reason, in Bitcoin Core's words.
struct ChosenRate {
    FeeRate rate;
    std::string reason;
};

/// The fee rate of a payment: the requested rate, that of the wallet, an estimate or the fallback.
/// At least the mempool's minimum; a lower request fails unless it allows any fee rate.
[[nodiscard]] Outcome<ChosenRate> choose_fee_rate(const Wallet& wallet,
                                                  const PaymentRequest& request);

/// Change that is not worth spending at this rate is not made.
[[nodiscard]] FeeRate discard_rate(const NodeView& node, const WalletOptions& options);

/// "12.345 sat/vB".
[[nodiscard]] std::string to_sat_per_vbyte(FeeRate rate);

}  // namespace daler::wallet
