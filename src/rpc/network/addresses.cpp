#include "rpc/network/methods.h"

#include <daler/rpc/values.h>
#include <daler/sync/peer_service.h>

#include <fmt/format.h>

#include <array>
#include <limits>

namespace daler::rpc {
namespace {

struct NamedNetwork {
    wire::Network network;
    std::string_view name;
};

constexpr std::array<NamedNetwork, 5> named_networks{{{wire::Network::ipv4, "ipv4"},
                                                      {wire::Network::ipv6, "ipv6"},
                                                      {wire::Network::tor_v3, "onion"},
                                                      {wire::Network::i2p, "i2p"},
                                                      {wire::Network::cjdns, "cjdns"}}};

std::string_view name_of(wire::Network network) {
    const auto* found = std::ranges::find(named_networks, network, &NamedNetwork::network);
    return found == named_networks.end() ? "" : found->name;
}

wire::Network network_by_name(const std::string& text) {
    const auto name = lower_case(text);
    const auto* found =
        std::ranges::find(named_networks, name == "tor" ? "onion" : name, &NamedNetwork::name);
    if (found == named_networks.end())
        throw Error{code::invalid_parameter, "Network not recognized: " + text};
    return found->network;
}

Json address_json(const wire::KnownNode& node) {
    Json out = Json::object();
    out.append("time", node.last_seen);
    out.append("services", node.services);
    out.append("address", node.endpoint.host.to_text());
    out.append("port", node.endpoint.port);
    out.append("network", name_of(node.endpoint.host.network()));
    return out;
}

Json entry_json(const sync::KnownAddress& address) {
    const auto& node = address.node;
    Json out = Json::object();
    out.append("address", node.endpoint.host.to_text());
    out.append("port", node.endpoint.port);
    out.append("network", name_of(node.endpoint.host.network()));
    out.append("services", node.services);
    out.append("time", node.last_seen);
    out.append("source", address.source.to_text());
    out.append("source_network", name_of(address.source.network()));
    return out;
}

/// The address book has no buckets: it limits the addresses of a group in another way.
std::string place_in_table(std::size_t number) {
    constexpr std::size_t bucket_size = 64;
    return fmt::format("{}/{}", number / bucket_size, number % bucket_size);
}

Json counts_json(std::uint64_t fresh, std::uint64_t worked) {
    Json out = Json::object();
    out.append("new", fresh);
    out.append("tried", worked);
    out.append("total", fresh + worked);
    return out;
}

}  // namespace

Json getnodeaddresses(Call& call) {
    const auto wanted = call.integer(0, 1);
    if (wanted < 0) throw Error{code::invalid_parameter, "Address count out of range"};
    std::optional<wire::Network> network;
    if (call.has(1)) network = network_by_name(call.string(1));
    Json out = Json::array();
    for (const auto& [node, has_worked, is_good, source] : call.node().peers.known_addresses()) {
        if (!is_good || (network && node.endpoint.host.network() != *network)) continue;
        out.push(address_json(node));
        if (std::cmp_equal(out.size(), wanted)) break;
    }
    return out;
}

Json getaddrmaninfo(Call& call) {
    const auto known = call.node().peers.known_addresses();
    std::uint64_t all_fresh = 0;
    std::uint64_t all_worked = 0;
    Json out = Json::object();
    for (const auto& [network, name] : named_networks) {
        std::uint64_t fresh = 0;
        std::uint64_t worked = 0;
        for (const auto& address : known)
            if (address.node.endpoint.host.network() == network)
                ++(address.has_worked ? worked : fresh);
        out.append(std::string(name), counts_json(fresh, worked));
        all_fresh += fresh;
        all_worked += worked;
    }
    out.append("all_networks", counts_json(all_fresh, all_worked));
    return out;
}

Json getrawaddrman(Call& call) {
    auto known = call.node().peers.known_addresses();
    std::ranges::sort(known, {}, [](const auto& address) { return address.node.endpoint; });
    Json out = Json::object();
    for (const bool worked : {false, true}) {
        Json table = Json::object();
        for (const auto& address : known)
            if (address.has_worked == worked)
                table.append(place_in_table(table.size()), entry_json(address));
        out.append(worked ? "tried" : "new", std::move(table));
    }
    return out;
}

Json addpeeraddress(Call& call) {
    const auto port = call.long_integer(1);
    if (port < 0 || port > std::numeric_limits<std::uint16_t>::max())
        throw Error{code::misc, "JSON integer out of range"};
    const bool has_worked = call.boolean(2, false);
    const auto host = wire::HostAddress::from_text(call.string(0));
    Json out = Json::object();
    if (!host) {
        out.append("success", false);
        return out;
    }
    const wire::Endpoint endpoint{*host, static_cast<std::uint16_t>(port)};
    const bool added = call.node().peers.add_address(endpoint, has_worked);
    if (!added) out.append("error", "failed-adding-to-new");
    out.append("success", added);
    return out;
}

}  // namespace daler::rpc
