#include "rpc/network/methods.h"

#include <daler/encoding/hex.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/dispatcher.h>
#include <daler/sync/peer_service.h>
#include <daler/wire/limits.h>
#include <daler/wire/message_header.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace daler::rpc {
namespace {

struct NamedConnection {
    sync::ConnectionType type;
    std::string_view name;
};

constexpr std::array<NamedConnection, 4> connection_types{
    {{sync::ConnectionType::outbound_full_relay, "outbound-full-relay"},
     {sync::ConnectionType::block_relay_only, "block-relay-only"},
     {sync::ConnectionType::addr_fetch, "addr-fetch"},
     {sync::ConnectionType::feeler, "feeler"}}};

std::string trimmed(const std::string& text) {
    constexpr auto spaces = " \f\n\r\t\v";
    const auto first = text.find_first_not_of(spaces);
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(spaces) - first + 1);
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

}  // namespace

Json addconnection(Call& call) {
    if (call.node().params.kind != ChainKind::regtest)
        throw Error{code::misc, "addconnection is for regression testing (-regtest mode) only."};
    const auto address = call.string(0);
    const auto name = trimmed(call.string(1));
    const auto* type = std::ranges::find(connection_types, name, &NamedConnection::name);
    if (type == connection_types.end())
        throw Error{code::invalid_parameter, full_help(call.method())};
    if (call.boolean(2, false)) {
        throw Error{code::invalid_parameter,
                    "Adding v2transport connections requires -v2transport init flag to be set."};
    }
    if (!call.node().peers.connect(address, type->type)) {
        throw Error{code::client_node_capacity_reached,
                    "Error: Already at capacity for specified connection type."};
    }
    Json out = Json::object();
    out.append("address", address);
    out.append("connection_type", name);
    return out;
}

Json addnode(Call& call) {
    const auto address = call.string(0);
    const auto command = call.string(1);
    auto& peers = call.node().peers;
    if (command == "onetry") {
        peers.try_node(address);
    } else if (command == "add") {
        if (const auto added = peers.add_node(address); !added)
            throw Error{code::client_node_already_added, added.error()};
    } else if (command == "remove") {
        if (const auto removed = peers.remove_node(address); !removed)
            throw Error{code::client_node_not_added, removed.error()};
    } else {
        throw Error{code::misc, full_help(call.method())};
    }
    return nullptr;
}

Json disconnectnode(Call& call) {
    const bool by_address = call.has(0) && !(call.string(0).empty() && call.has(1));
    if (by_address == call.has(1))
        throw Error{code::invalid_params, "Only one of address and nodeid should be provided."};
    auto& peers = call.node().peers;
    const bool found =
        by_address ? peers.disconnect(call.string(0)) : peers.disconnect(call.long_integer(1));
    if (!found) throw Error{code::client_node_not_connected, "Node not found in connected nodes"};
    return nullptr;
}

Json getaddednodeinfo(Call& call) {
    Json out = Json::array();
    for (const auto& node : call.node().peers.added_nodes())
        if (!call.has(0) || node.address == call.string(0)) out.push(added_node_json(node));
    if (call.has(0) && out.empty())
        throw Error{code::client_node_not_added, "Error: Node has not been added."};
    return out;
}

Json ping(Call& call) {
    call.node().peers.ping();
    return nullptr;
}

Json sendmsgtopeer(Call& call) {
    const auto command = call.string(1);
    constexpr auto longest = wire::MessageHeader::command_size;
    if (command.size() > longest) {
        throw Error{code::invalid_parameter,
                    fmt::format("Error: msg_type too long, max length is {}", longest)};
    }
    auto payload = from_hex(call.string(2));
    if (!payload) throw Error{code::invalid_parameter, "Error parsing input for msg"};
    const bool can_be_sent = !command.empty() && payload->size() <= wire::limits::message_bytes;
    if (!can_be_sent ||
        !call.node().peers.send_message(call.long_integer(0), command, std::move(*payload)))
        throw Error{code::misc, "Error: Could not send message to peer"};
    return Json::object();
}

Json setnetworkactive(Call& call) {
    call.node().peers.set_network_active(call.boolean(0, true));
    return call.node().peers.is_network_active();
}

}  // namespace daler::rpc
