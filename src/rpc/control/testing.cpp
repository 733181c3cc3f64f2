#include "rpc/control/methods.h"

#include <daler/primitives/chain_params.h>
#include <daler/sync/peer_service.h>
#include <daler/util/clock.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

bool is_mockable(const ChainParams& params) {
    return params.kind == ChainKind::regtest || params.kind == ChainKind::custom;
}

}  // namespace

Json setmocktime(Call& call) {
    if (!is_mockable(call.node().params))
        throw Error{code::misc, "setmocktime is for regression testing (-regtest mode) only"};
    constexpr auto max_time =
        std::chrono::floor<std::chrono::seconds>(std::chrono::nanoseconds::max()).count();
    const auto time = call.long_integer(0);
    if (time < 0 || time > max_time) {
        throw Error{code::invalid_parameter,
                    fmt::format("Mocktime must be in the range [0, {}], not {}.", max_time, time)};
    }
    call.node().clock.set_mock_time(from_unix(time));
    if (call.node().keep_chain_time) call.node().keep_chain_time();
    return nullptr;
}

Json mockscheduler(Call& call) {
    if (!is_mockable(call.node().params))
        throw Error{code::misc, "mockscheduler is for regression testing (-regtest mode) only"};
    const auto delta = call.long_integer(0);
    if (delta <= 0 || delta > 3600)
        throw Error{code::misc, "delta_time must be between 1 and 3600 seconds (1 hr)"};
    call.node().peers.advance_timers(std::chrono::seconds{delta});
    return nullptr;
}

Json syncwithvalidationinterfacequeue(Call& call) {
    if (call.node().drain_events) call.node().drain_events();
    return nullptr;
}

Json echo(Call& call) {
    Json out = Json::array();
    for (const Json& argument : call.arguments())
        out.push(argument);
    return out;
}

}  // namespace daler::rpc
