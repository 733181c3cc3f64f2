#include "rpc/util/methods.h"

#include <daler/ledger/ledger.h>
#include <daler/policy/policy.h>
#include <daler/rpc/values.h>
#include <daler/util/clock.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

/// The rate that was set, or the floor; at least what the mempool accepts.
std::optional<FeeRate> estimate(const Services& node, int target) {
    return node.ledger.call([&](ledger::State& state) -> std::optional<FeeRate> {
        const auto wanted = state.mempool.fee_estimates().find(target);
        const FeeRate rate = wanted.value_or(node.fee_floor);
        if (rate.per_kvb == Amount{0}) return std::nullopt;
        const auto info = state.mempool.info(node.clock.now());
        return std::max({rate, info.min_fee, info.min_relay_fee});
    });
}

}  // namespace

Json estimatesmartfee(Call& call) {
    const auto target = call.integer(0);
    if (target < 1 || target > policy::max_confirmation_target) {
        throw Error{code::invalid_parameter,
                    fmt::format("Invalid conf_target, must be between 1 and {}",
                                policy::max_confirmation_target)};
    }
    const std::string mode = lower_case(call.string(1, "economical"));
    if (mode != "unset" && mode != "economical" && mode != "conservative") {
        throw Error{code::invalid_parameter,
                    "Invalid estimate_mode parameter, must be one of: \"unset\", \"economical\", "
                    "\"conservative\""};
    }
    if (const auto rate = estimate(call.node(), target)) {
        Json out = Json::object();
        out.append("feerate", from_rate(*rate));
        out.append("blocks", target);
        return out;
    }
    Json errors = Json::array();
    errors.push("Insufficient data or no feerate found");
    Json out = Json::object();
    out.append("errors", std::move(errors));
    out.append("blocks", 0);  // the longest target for which there is an estimate
    return out;
}

}  // namespace daler::rpc
