#include "rpc/network/methods.h"
#include "rpc/network/services_json.h"

#include <daler/rpc/values.h>
#include <daler/sync/peer_service.h>

namespace daler::rpc {
namespace {

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

}  // namespace

Json getpeerinfo(Call& call) {
    Json out = Json::array();
    for (const auto& peer : call.node().peers.peers())
        out.push(peer_json(peer));
    return out;
}

Json getconnectioncount(Call& call) {
    return call.node().peers.peers().size();
}

}  // namespace daler::rpc
