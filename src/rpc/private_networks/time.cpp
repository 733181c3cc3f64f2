#include "rpc/private_networks/methods.h"

#include <daler/ledger/ledger.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>
#include <daler/util/clock.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

// Block times have 32 bits.
constexpr std::int64_t latest_time = std::numeric_limits<std::uint32_t>::max();

Json time_json(const Services& node) {
    Json out = Json::object();
    out.append("time", unix_seconds(node.clock.chain_now()));
    out.append("offset", std::int64_t{node.clock.chain_offset().count()});
    out.append("stopped", node.clock.is_chain_time_stopped());
    out.append("mediantime", unix_seconds(node.ledger.view()->tip().median_time_past));
    return out;
}

void move_to(Services& node, std::int64_t time) {
    const auto median = unix_seconds(node.ledger.view()->tip().median_time_past);
    if (time <= median) {
        throw Error{code::invalid_parameter,
                    fmt::format("Time {} is not above the median time of the last blocks, {}. Only "
                                "revert goes back in time.",
                                time, median)};
    }
    if (time > latest_time) {
        throw Error{code::invalid_parameter,
                    fmt::format("Time {} is above {}, the latest time that a block can have.", time,
                                latest_time)};
    }
    node.clock.set_chain_time(from_unix(time));
}

}  // namespace

Json advancetime(Call& call) {
    Services& node = call.node();
    const std::int64_t seconds = call.long_integer(0);
    if (seconds < 0 || seconds > latest_time)
        throw Error{code::invalid_parameter, "seconds must be from 0 to 4294967295"};
    move_to(node, unix_seconds(node.clock.chain_now()) + seconds);
    return time_json(node);
}

Json gettime(Call& call) {
    return time_json(call.node());
}

Json settime(Call& call) {
    Services& node = call.node();
    const Json& time = call.json(0);
    if (time.is_string() && time.as_string() == "now")
        move_to(node, unix_seconds(node.clock.now()));
    else
        move_to(node, to_integer(time));
    return time_json(node);
}

}  // namespace daler::rpc
