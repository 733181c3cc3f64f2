#include "rpc/network/methods.h"
#include "rpc/network/services_json.h"
#include "rpc/warnings.h"

#include <daler/ledger/ledger.h>
#include <daler/rpc/values.h>
#include <daler/sync/peer_service.h>
#include <daler/wire/messages.h>

namespace daler::rpc {
namespace {

// The version of Bitcoin Core that this node follows. Clients use it to detect features.
constexpr int reference_version = 280100;

Json network_json(std::string_view network, bool reachable) {
    Json out = Json::object();
    out.append("name", network);
    out.append("limited", !reachable);
    out.append("reachable", reachable);
    out.append("proxy", "");
    out.append("proxy_randomize_credentials", false);
    return out;
}

Json networks_json() {
    Json out = Json::array();
    for (const auto* network : {"ipv4", "ipv6"})
        out.push(network_json(network, true));
    for (const auto* network : {"onion", "i2p", "cjdns"})
        out.push(network_json(network, false));
    return out;
}

Json local_addresses_json(const std::vector<std::string>& addresses) {
    Json out = Json::array();
    for (const auto& text : addresses) {
        const auto colon = text.rfind(':');
        Json item = Json::object();
        item.append("address", text.substr(0, colon));
        item.append("port",
                    Json::number_text(colon == std::string::npos ? "0" : text.substr(colon + 1)));
        item.append("score", 1);
        out.push(std::move(item));
    }
    return out;
}

}  // namespace

Json getnetworkinfo(Call& call) {
    auto& peers = call.node().peers;
    const auto connected = peers.peers();
    const auto inbound = std::ranges::count(connected, true, &sync::PeerInfo::inbound);
    const auto all = static_cast<std::ptrdiff_t>(connected.size());
    const auto mempool = call.node().ledger.call(
        [](ledger::State& state) { return state.mempool.info(state.clock.now()); });
    Json out = Json::object();
    out.append("version", reference_version);
    out.append("subversion", peers.user_agent());
    out.append("protocolversion", wire::protocol_version);
    out.append("localservices", service_hex(peers.local_services()));
    out.append("localservicesnames", service_names(peers.local_services()));
    out.append("localrelay", peers.relays_transactions());
    out.append("timeoffset", 0);
    out.append("networkactive", peers.is_network_active());
    out.append("connections", all);
    out.append("connections_in", inbound);
    out.append("connections_out", all - inbound);
    out.append("networks", networks_json());
    out.append("relayfee", from_rate(mempool.min_relay_fee));
    out.append("incrementalfee", from_rate(mempool.incremental_relay_fee));
    out.append("localaddresses", local_addresses_json(peers.local_addresses()));
    out.append("warnings", warnings_json(call.node()));
    return out;
}

Json getnettotals(Call& call) {
    const auto totals = call.node().peers.totals();
    const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(Clock::real_now());
    Json target = Json::object();
    target.append("timeframe", 86400);
    target.append("target", 0);
    target.append("target_reached", false);
    target.append("serve_historical_blocks", true);
    target.append("bytes_left_in_cycle", 0);
    target.append("time_left_in_cycle", 0);
    Json out = Json::object();
    out.append("totalbytesrecv", totals.bytes_received);
    out.append("totalbytessent", totals.bytes_sent);
    out.append("timemillis", now.time_since_epoch().count());
    out.append("uploadtarget", std::move(target));
    return out;
}

}  // namespace daler::rpc
