#include "rpc/warnings.h"

#include <daler/ledger/ledger.h>
#include <daler/rpc/dispatcher.h>
#include <daler/rpc/values.h>
#include <daler/sync/peer_service.h>

#include <fmt/format.h>

#include <array>

namespace daler::rpc {
namespace {

// What clients that look for features of a bitcoind are to believe: the reference this node
// follows.
constexpr int reference_version = 280100;
constexpr int protocol_version = 70016;

// ---- Services (BIPs 111, 144, 157, 159, 324) ----

struct ServiceBit {
    int bit;
    std::string_view name;
};
constexpr std::array<ServiceBit, 6> service_bits{{{0, "NETWORK"},
                                                  {2, "BLOOM"},
                                                  {3, "WITNESS"},
                                                  {6, "COMPACT_FILTERS"},
                                                  {10, "NETWORK_LIMITED"},
                                                  {11, "P2P_V2"}}};

Json service_names(std::uint64_t services) {
    Json out = Json::array();
    for (int bit = 0; bit < 64; ++bit) {
        if ((services >> bit & 1) == 0) continue;
        const auto known = std::ranges::find(service_bits, bit, &ServiceBit::bit);
        out.push(known != service_bits.end() ? Json(known->name)
                                             : Json(fmt::format("UNKNOWN[2^{}]", bit)));
    }
    return out;
}

Json service_hex(std::uint64_t services) {
    return fmt::format("{:016x}", services);
}

// ---- getpeerinfo ----

std::string_view name(sync::ConnectionType type) {
    switch (type) {
        case sync::ConnectionType::inbound:
            return "inbound";
        case sync::ConnectionType::manual:
            return "manual";
        case sync::ConnectionType::outbound_full_relay:
            return "outbound-full-relay";
        case sync::ConnectionType::block_relay_only:
            return "block-relay-only";
        case sync::ConnectionType::feeler:
            return "feeler";
        case sync::ConnectionType::addr_fetch:
            return "addr-fetch";
    }
    return "";
}

Json counters_json(const std::map<std::string, std::uint64_t>& counters) {
    Json out = Json::object();
    for (const auto& [message, bytes] : counters)
        out.append(message, bytes);
    return out;
}

void append_traffic(Json& out, const sync::PeerInfo& peer) {
    out.append("lastsend", peer.last_send);
    out.append("lastrecv", peer.last_receive);
    out.append("last_transaction", peer.last_transaction);
    out.append("last_block", peer.last_block);
    out.append("bytessent", peer.bytes_sent);
    out.append("bytesrecv", peer.bytes_received);
    out.append("conntime", peer.connected_at);
    out.append("timeoffset", peer.time_offset);
    if (peer.ping_seconds >= 0) out.append("pingtime", peer.ping_seconds);
    if (peer.min_ping_seconds >= 0) out.append("minping", peer.min_ping_seconds);
    if (peer.ping_wait_seconds > 0) out.append("pingwait", peer.ping_wait_seconds);
}

Json texts_json(const std::vector<std::string>& texts) {
    Json out = Json::array();
    for (const auto& text : texts)
        out.push(text);
    return out;
}

Json peer_json(const sync::PeerInfo& peer) {
    Json out = Json::object();
    out.append("id", peer.id);
    out.append("addr", peer.address);
    if (!peer.bound_address.empty()) out.append("addrbind", peer.bound_address);
    if (!peer.local_address.empty()) out.append("addrlocal", peer.local_address);
    out.append("network", peer.network);
    out.append("services", service_hex(peer.services));
    out.append("servicesnames", service_names(peer.services));
    out.append("relaytxes", peer.relays_transactions);
    append_traffic(out, peer);
    out.append("version", peer.version);
    out.append("subver", peer.user_agent);
    out.append("inbound", peer.inbound);
    out.append("bip152_hb_to", peer.bip152_high_bandwidth_to);
    out.append("bip152_hb_from", peer.bip152_high_bandwidth_from);
    out.append("startingheight", peer.starting_height);
    out.append("presynced_headers", peer.presynced_headers);
    out.append("synced_headers", peer.synced_headers);
    out.append("synced_blocks", peer.synced_blocks);
    Json in_flight = Json::array();
    for (const auto height : peer.in_flight)
        in_flight.push(height);
    out.append("inflight", std::move(in_flight));
    out.append("addr_relay_enabled", peer.address_relay);
    out.append("addr_processed", peer.addresses_processed);
    out.append("addr_rate_limited", peer.addresses_rate_limited);
    out.append("permissions", texts_json(peer.permissions));
    out.append("minfeefilter", from_amount(peer.min_fee_filter));
    out.append("bytessent_per_msg", counters_json(peer.bytes_sent_per_message));
    out.append("bytesrecv_per_msg", counters_json(peer.bytes_received_per_message));
    out.append("connection_type", name(peer.connection_type));
    out.append("transport_protocol_type", "v1");
    out.append("session_id", "");
    return out;
}

Json getpeerinfo(Call& call) {
    Json out = Json::array();
    for (const auto& peer : call.node().peers.peers())
        out.push(peer_json(peer));
    return out;
}

Json getconnectioncount(Call& call) {
    return call.node().peers.peers().size();
}

// ---- getnetworkinfo, getnettotals ----

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
    out.append("protocolversion", protocol_version);
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

// ---- Connections by hand ----

Json addnode(Call& call) {
    const auto address = call.string(0);
    const auto command = call.string(1);
    auto& peers = call.node().peers;
    if (command == "onetry") {
        peers.try_node(address);
    } else if (command == "add") {
        if (const auto added = peers.add_node(address); !added) {
            throw Error{code::client_node_already_added, added.error()};
        }
    } else if (command == "remove") {
        if (const auto removed = peers.remove_node(address); !removed) {
            throw Error{code::client_node_not_added, removed.error()};
        }
    } else {
        throw Error{code::misc, full_help(call.method())};
    }
    return nullptr;
}

Json disconnectnode(Call& call) {
    const bool by_address = call.has(0) && !(call.string(0).empty() && call.has(1));
    if (by_address == call.has(1)) {
        throw Error{code::invalid_params, "Only one of address and nodeid should be provided."};
    }
    auto& peers = call.node().peers;
    const bool found =
        by_address ? peers.disconnect(call.string(0)) : peers.disconnect(call.long_integer(1));
    if (!found) throw Error{code::client_node_not_connected, "Node not found in connected nodes"};
    return nullptr;
}

Json added_node_json(const sync::AddedNode& node) {
    Json addresses = Json::array();
    if (node.connected) {
        Json item = Json::object();
        item.append("address", node.connected_address);
        item.append("connected", node.inbound ? "inbound" : "outbound");
        addresses.push(std::move(item));
    }
    Json out = Json::object();
    out.append("addednode", node.address);
    out.append("connected", node.connected);
    out.append("addresses", std::move(addresses));
    return out;
}

Json getaddednodeinfo(Call& call) {
    Json out = Json::array();
    for (const auto& node : call.node().peers.added_nodes()) {
        if (!call.has(0) || node.address == call.string(0)) out.push(added_node_json(node));
    }
    if (call.has(0) && out.empty()) {
        throw Error{code::client_node_not_added, "Error: Node has not been added."};
    }
    return out;
}

Json ping(Call& call) {
    call.node().peers.ping();
    return nullptr;
}

Json setnetworkactive(Call& call) {
    call.node().peers.set_network_active(call.boolean(0, true));
    return call.node().peers.is_network_active();
}

const std::vector<Method>& table() {
    static const std::vector<Method> methods{
        {"Network",
         "addnode",
         "Connects to a node and keeps the connection up, stops doing so, or tries once.",
         {{"node", Type::string, "", "HOST or HOST:PORT"},
          {"command", Type::string, "", "add, remove or onetry"},
          {"v2transport", Type::boolean, "set by -v2transport",
           "Accepted; connections use the v1 transport"}},
         "null",
         addnode},
        {"Network",
         "disconnectnode",
         "Ends the connection to a peer, named by its address or its id.",
         {{"address", Type::string, "null", "HOST:PORT as getpeerinfo shows it"},
          {"nodeid", Type::integer, "null", "The id that getpeerinfo shows"}},
         "null",
         disconnectnode},
        {"Network",
         "getaddednodeinfo",
         "Lists the nodes that addnode or -addnode named.",
         {{"node", Type::string, "null", "Only this one"}},
         "for each node whether it is connected, and how",
         getaddednodeinfo},
        {"Network",
         "getconnectioncount",
         "Counts the connections to peers.",
         {},
         "a number",
         getconnectioncount},
        {"Network",
         "getnettotals",
         "Counts bytes received and sent.",
         {},
         "totals since the start",
         getnettotals},
        {"Network",
         "getnetworkinfo",
         "Shows what this node tells the network about itself.",
         {},
         "versions, services, connections, fees",
         getnetworkinfo},
        {"Network", "getpeerinfo", "Shows every peer.", {}, "a list of objects", getpeerinfo},
        {"Network",
         "ping",
         "Sends a ping to every peer; getpeerinfo shows how long the answer took. A pong comes "
         "after everything "
         "that was sent before.",
         {},
         "null",
         ping},
        {"Network",
         "setnetworkactive",
         "Switches all connections to peers off or on.",
         {{"state", Type::boolean, "", "true: on"}},
         "the new state",
         setnetworkactive},
    };
    return methods;
}

}  // namespace

std::span<const Method> network_methods() {
    return table();
}

}  // namespace daler::rpc
