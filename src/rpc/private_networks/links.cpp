#include "rpc/private_networks/methods.h"

#include <daler/rpc/values.h>
#include <daler/sync/peer_service.h>

namespace daler::rpc {
namespace {

Json link_json(const sync::LinkInfo& link) {
    Json out = Json::object();
    out.append("name", link.name);
    out.append("address", link.address);
    out.append("up", link.up);
    out.append("connected", link.connected);
    const bool both = link.inbound && link.outbound;
    out.append("direction", both ? "both" : link.inbound ? "inbound" : "outbound");
    return out;
}

/// The option `up`; a boolean in place of the options means the same.
std::optional<bool> wanted_state(Call& call) {
    if (!call.has(1)) return std::nullopt;
    if (call.json(1).is_bool()) return call.json(1).as_bool();
    const Json* up = member(call.options(1), "up");
    return up ? std::optional(up->as_bool()) : std::nullopt;
}

}  // namespace

Json listlinks(Call& call) {
    Json out = Json::array();
    for (const auto& link : call.node().peers.links())
        out.push(link_json(link));
    return out;
}

Json setlink(Call& call) {
    const auto link = call.node().peers.set_link(call.string(0), wanted_state(call));
    if (!link) throw Error{code::invalid_parameter, link.error()};
    return link_json(*link);
}

}  // namespace daler::rpc
