#include <daler/client/commands.h>

#include <fmt/format.h>

#include <array>
#include <vector>

namespace daler::client {
namespace {

/// The result of a call, or how the program ends.
Result<Json, Outcome> ask(RpcConnection& connection, const std::string& method, Json params) {
    auto reply = connection.call(method, params);
    if (!reply) return fail(failure(reply.error()));
    if (const Json* error = reply->find("error"); error && !error->is_null())
        return fail(outcome_of(*reply));
    const Json* result = reply->find("result");
    return result ? *result : Json();
}

std::string shown(const Json& object, std::string_view key) {
    const Json* value = object.find(key);
    return value && !value->is_null() ? result_text(*value) : "-";
}

}  // namespace

Outcome generate(RpcConnection& connection, std::span<const std::string> words) {
    const auto address = ask(connection, "getnewaddress", Json::array());
    if (!address) return address.error();
    if (words.size() > 2) return failure("too many arguments (maximum 2 for nblocks and maxtries)");
    if (!words.empty() && words[0] == "0") {
        return failure(
            "the first argument (number of blocks to generate, default: 1) must be an integer "
            "value greater than zero");
    }
    std::vector<Json> numbers;
    for (const std::string& word : words) {
        auto number = Json::parse(word);
        if (!number) return failure("Error parsing JSON: " + word);
        numbers.push_back(std::move(*number));
    }
    Json params = Json::array();
    params.push(numbers.empty() ? Json(1) : numbers[0]);
    params.push(*address);
    if (numbers.size() == 2) params.push(numbers[1]);
    const auto hashes = ask(connection, "generatetoaddress", std::move(params));
    if (!hashes) return hashes.error();
    Json out = Json::object();
    out.append("address", *address);
    out.append("blocks", *hashes);
    return {0, result_text(out)};
}

Outcome netinfo(RpcConnection& connection) {
    const auto network = ask(connection, "getnetworkinfo", Json::array());
    if (!network) return network.error();
    const auto peers = ask(connection, "getpeerinfo", Json::array());
    if (!peers) return peers.error();

    std::string out =
        fmt::format("{} protocol {}; connections: {} in, {} out\n\n", shown(*network, "subversion"),
                    shown(*network, "protocolversion"), shown(*network, "connections_in"),
                    shown(*network, "connections_out"));
    out += fmt::format("{:>5} {:>4} {:<24} {:>8} {:>9}  {:<22} {}\n", "id", "dir", "type", "height",
                       "ping", "address", "agent");
    for (const Json& peer : peers->items()) {
        out += fmt::format("{:>5} {:>4} {:<24} {:>8} {:>9}  {:<22} {}\n", shown(peer, "id"),
                           shown(peer, "inbound") == "true" ? "in" : "out",
                           shown(peer, "connection_type"), shown(peer, "synced_blocks"),
                           shown(peer, "pingtime"), shown(peer, "addr"), shown(peer, "subver"));
    }
    out.pop_back();
    return {0, out};
}

Outcome addrinfo(RpcConnection& connection) {
    Json all = Json::array();
    all.push(0);
    const auto addresses = ask(connection, "getnodeaddresses", std::move(all));
    if (!addresses) return addresses.error();

    constexpr std::array<std::string_view, 5> networks{"ipv4", "ipv6", "onion", "i2p", "cjdns"};
    std::array<std::int64_t, networks.size()> counts{};
    std::int64_t total = 0;
    for (const Json& item : addresses->items()) {
        const auto name = shown(item, "network");
        for (std::size_t i = 0; i < networks.size(); ++i) {
            if (networks[i] != name) continue;
            ++counts[i];
            ++total;
        }
    }
    Json known = Json::object();
    for (std::size_t i = 0; i < networks.size(); ++i)
        known.append(std::string(networks[i]), counts[i]);
    known.append("total", total);
    Json out = Json::object();
    out.append("addresses_known", std::move(known));
    return {0, result_text(out)};
}

}  // namespace daler::client
