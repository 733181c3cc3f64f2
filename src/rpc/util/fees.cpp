#include "rpc/util/methods.h"

#include <daler/ledger/ledger.h>
#include <daler/policy/policy.h>
#include <daler/rpc/values.h>
#include <daler/util/clock.h>

#include <fmt/format.h>

#include <cmath>

namespace daler::rpc {
namespace {

int checked_target(const Call& call) {
    const auto target = call.integer(0);
    if (target >= 1 && target <= policy::max_confirmation_target) return target;
    throw Error{code::invalid_parameter,
                fmt::format("Invalid conf_target, must be between 1 and {}",
                            policy::max_confirmation_target)};
}

[[noreturn]] void throw_disabled() {
    throw Error{code::internal_error, "Fee estimation disabled"};
}

/// What was set, what was learned, or the floor; at least what the mempool accepts.
fees::SmartEstimate estimate(const Services& node, int target, bool conservative) {
    return node.ledger.call([&](ledger::State& state) {
        auto out = state.mempool.estimate_fee(target, conservative);
        if (!out.rate && node.fee_floor.per_kvb > Amount{0}) out = {node.fee_floor, target};
        if (out.rate) {
            const auto info = state.mempool.info(node.clock.now());
            out.rate = std::max({*out.rate, info.min_fee, info.min_relay_fee});
        } else if (!state.mempool.fee_estimator()) {
            throw_disabled();
        }
        return out;
    });
}

Json error_list(std::string_view text) {
    Json out = Json::array();
    out.push(text);
    return out;
}

Json buckets_json(const fees::BucketRange& range) {
    const auto hundredths = [](double value) { return std::round(value * 100) / 100; };
    Json out = Json::object();
    out.append("startrange", std::round(range.start));
    out.append("endrange", std::round(range.end));
    out.append("withintarget", hundredths(range.within_target));
    out.append("totalconfirmed", hundredths(range.total_confirmed));
    out.append("inmempool", hundredths(range.in_mempool));
    out.append("leftmempool", hundredths(range.left_mempool));
    return out;
}

Json horizon_json(const fees::RawEstimate& estimate) {
    Json out = Json::object();
    if (estimate.rate) out.append("feerate", from_rate(*estimate.rate));
    out.append("decay", estimate.decay);
    out.append("scale", estimate.scale);
    if (estimate.rate) out.append("pass", buckets_json(estimate.pass));
    if (!estimate.rate || estimate.fail.start != -1)
        out.append("fail", buckets_json(estimate.fail));
    if (!estimate.rate)
        out.append("errors",
                   error_list("Insufficient data or no feerate found which meets threshold"));
    return out;
}

}  // namespace

Json estimaterawfee(Call& call) {
    const auto target = checked_target(call);
    constexpr double usual_threshold = 0.95;
    const double threshold = call.has(1) ? call.number(1) : usual_threshold;
    if (!(threshold >= 0 && threshold <= 1))
        throw Error{code::invalid_parameter, "Invalid threshold"};
    return call.node().ledger.call([&](ledger::State& state) {
        const auto* estimator = state.mempool.fee_estimator();
        if (!estimator) throw_disabled();
        Json out = Json::object();
        for (const auto horizon : fees::horizons) {
            if (target > fees::max_target(horizon)) continue;
            out.append(std::string(fees::name(horizon)),
                       horizon_json(estimator->estimate_raw(target, threshold, horizon)));
        }
        return out;
    });
}

Json estimatesmartfee(Call& call) {
    const auto target = checked_target(call);
    const std::string mode = lower_case(call.string(1, "economical"));
    if (mode != "unset" && mode != "economical" && mode != "conservative") {
        throw Error{code::invalid_parameter,
                    "Invalid estimate_mode parameter, must be one of: \"unset\", \"economical\", "
                    "\"conservative\""};
    }
    const auto found = estimate(call.node(), target, mode == "conservative");
    Json out = Json::object();
    if (found.rate)
        out.append("feerate", from_rate(*found.rate));
    else
        out.append("errors", error_list("Insufficient data or no feerate found"));
    out.append("blocks", found.target);
    return out;
}

}  // namespace daler::rpc
