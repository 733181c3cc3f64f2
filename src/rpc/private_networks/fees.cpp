#include "rpc/private_networks/methods.h"

#include <daler/ledger/ledger.h>
#include <daler/policy/policy.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

std::optional<int> target_argument(const Call& call, std::size_t i) {
    if (!call.has(i)) return std::nullopt;
    const auto target = call.integer(i);
    if (target >= 1 && target <= policy::max_confirmation_target) return target;
    throw Error{code::invalid_parameter,
                fmt::format("Invalid conf_target, must be between 1 and {}",
                            policy::max_confirmation_target)};
}

Json rates_json(const mempool::FeeEstimates& estimates) {
    Json out = Json::array();
    for (const auto& [target, rate] : estimates.rates()) {
        Json entry = Json::object();
        entry.append("conf_target", target);
        entry.append("feerate", from_rate(rate));
        out.push(std::move(entry));
    }
    return out;
}

}  // namespace

Json setfeeestimate(Call& call) {
    const FeeRate rate{call.has(0) ? call.amount(0) : Amount{0}};
    const auto target = target_argument(call, 1);
    return call.node().ledger.call([&](ledger::State& state) {
        auto& estimates = state.mempool.fee_estimates();
        if (!target) estimates.clear();
        if (rate.per_kvb > Amount{0})
            estimates.set(target.value_or(1), rate);
        else if (target)
            estimates.clear(*target);
        return rates_json(estimates);
    });
}

}  // namespace daler::rpc
