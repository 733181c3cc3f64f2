#include "fees.h"

#include <daler/policy/policy.h>

#include <fmt/format.h>

namespace daler::wallet {
namespace {

FeeRate required_rate(const NodeView& node, const WalletOptions& options) {
    return std::max(options.min_tx_fee, node.min_fee_rate());
}

/// A payment that can be replaced may begin with a lower fee rate.
fees::SmartEstimate estimated(const NodeView& node, const WalletOptions& options,
                              const PaymentRequest& request) {
    const bool replaceable = request.replaceable.value_or(options.replaceable);
    return node.estimate_fee(request.conf_target.value_or(options.confirm_target),
                             request.conservative.value_or(!replaceable));
}

}  // namespace

std::string to_sat_per_vbyte(FeeRate rate) {
    const auto millis = rate.per_kvb.satoshis();
    return fmt::format("{}.{:03} sat/vB", millis / 1000, millis % 1000);
}

Outcome<ChosenRate> choose_fee_rate(const Wallet& wallet, const PaymentRequest& request) {
    const auto& node = wallet.node();
    const auto& options = wallet.options();
    const FeeRate required = required_rate(node, options);
    if (request.fee_rate) {
        if (!request.any_fee_rate && *request.fee_rate < required) {
            return fail(
                FailureKind::insufficient_funds,
                fmt::format("Fee rate ({}) is lower than the minimum fee rate setting ({})",
                            to_sat_per_vbyte(*request.fee_rate), to_sat_per_vbyte(required)));
        }
        return ChosenRate{*request.fee_rate, "PayTxFee set"};
    }
    ChosenRate out;
    if (wallet.pay_tx_fee().per_kvb > Amount{0} && !request.conf_target) {
        out = {wallet.pay_tx_fee(), "PayTxFee set"};
    } else if (const auto estimate = estimated(node, options, request); estimate.rate) {
        out = {*estimate.rate, std::string(fees::describe(estimate.reason))};
    } else if (options.fallback_fee.per_kvb > Amount{0}) {
        out = {options.fallback_fee, "Fallback fee"};
    } else {
        return fail(FailureKind::insufficient_funds,
                    "Fee estimation failed. Fallbackfee is disabled. Wait a few blocks or enable "
                    "-fallbackfee.");
    }
    if (out.rate < required) out = {required, "Minimum Required Fee"};
    return out;
}

FeeRate discard_rate(const NodeView& node, const WalletOptions& options) {
    const auto estimate = node.estimate_fee(policy::max_confirmation_target, false).rate;
    const FeeRate rate = estimate ? std::min(*estimate, options.discard_fee) : options.discard_fee;
    return std::max(rate, node.relay_dust_fee_rate());
}

}  // namespace daler::wallet
