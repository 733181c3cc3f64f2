#include "rpc/private_networks/methods.h"

#include <daler/ledger/ledger.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>
#include <daler/util/time_text.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

constexpr std::int64_t latest_time = unix_seconds(latest_block_time);

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
    if (node.keep_chain_time) node.keep_chain_time();
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
    if (!time.is_string()) {
        move_to(node, to_integer(time));
    } else if (time.as_string() == "now") {
        move_to(node, unix_seconds(node.clock.now()));
    } else {
        const auto parsed = parse_time(time.as_string());
        if (!parsed) {
            throw Error{code::invalid_parameter,
                        "time must be Unix seconds, \"now\" or a time such as "
                        "2030-01-01T00:00:00Z, before 2106"};
        }
        move_to(node, unix_seconds(*parsed));
    }
    return time_json(node);
}

}  // namespace daler::rpc
