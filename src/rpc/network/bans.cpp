#include "rpc/network/methods.h"

#include <daler/rpc/dispatcher.h>
#include <daler/rpc/values.h>
#include <daler/sync/peer_service.h>
#include <daler/util/clock.h>

#include <algorithm>
#include <limits>

namespace daler::rpc {
namespace {

/// False for addresses that no node has: unspecified, broadcast, those of documentation (RFC 3849).
bool can_be_banned(const wire::HostAddress& host) {
    static constexpr const char* ranges[] = {"0.0.0.0", "255.255.255.255", "::", "2001:db8::/32"};
    return std::ranges::none_of(ranges, [&](const char* range) {
        return wire::Subnet::from_text(range).value().contains(host);
    });
}

/// The range that the user means; for an address without a prefix also the address.
struct Banned {
    wire::Subnet subnet;
    std::optional<wire::HostAddress> host;
};

Banned read_banned(std::string_view text) {
    if (const auto subnet = wire::Subnet::from_text(text);
        subnet && text.find('/') != std::string_view::npos)
        return {*subnet, {}};
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    const auto host = wire::HostAddress::from_text(text);
    if (!host || !can_be_banned(*host))
        throw Error{code::client_invalid_ip_or_subnet, "Error: Invalid IP/Subnet"};
    return {wire::Subnet(*host), host};
}

/// When a ban of `time` seconds ends, or one until `time`; nothing: after the usual time.
std::optional<BlockTime> end_of_ban(std::int64_t time, bool is_absolute, BlockTime now) {
    if (is_absolute && time < unix_seconds(now))
        throw Error{code::invalid_parameter, "Error: Absolute timestamp is in the past"};
    if (time <= 0) return {};
    if (is_absolute) return from_unix(time);
    const auto most = std::numeric_limits<std::int64_t>::max() - unix_seconds(now);
    return now + std::chrono::seconds{std::min(time, most)};
}

void add_ban(Call& call, const Banned& banned) {
    auto& peers = call.node().peers;
    const bool is_known = std::ranges::any_of(peers.bans(), [&](const sync::Ban& ban) {
        return banned.host ? ban.subnet.contains(*banned.host) : ban.subnet == banned.subnet;
    });
    if (is_known) throw Error{code::client_node_already_added, "Error: IP/Subnet already banned"};
    const auto time = call.has(2) ? call.long_integer(2) : 0;
    peers.ban(banned.subnet, end_of_ban(time, call.boolean(3, false), call.node().clock.now()));
}

void keep_bans(const Services& node) {
    if (node.keep_bans) node.keep_bans();
}

}  // namespace

Json setban(Call& call) {
    const auto command = call.string(1);
    if (command != "add" && command != "remove") throw Error{code::misc, full_help(call.method())};
    const auto banned = read_banned(call.string(0));
    if (command == "add") {
        add_ban(call, banned);
    } else if (!call.node().peers.unban(banned.subnet)) {
        throw Error{code::client_invalid_ip_or_subnet,
                    "Error: Unban failed. Requested address/subnet was not previously manually "
                    "banned."};
    }
    keep_bans(call.node());
    return nullptr;
}

Json listbanned(Call& call) {
    const auto now = call.node().clock.now();
    Json out = Json::array();
    for (const auto& ban : call.node().peers.bans()) {
        Json entry = Json::object();
        entry.append("address", ban.subnet.to_text());
        entry.append("ban_created", unix_seconds(ban.created));
        entry.append("banned_until", unix_seconds(ban.until));
        entry.append("ban_duration", (ban.until - ban.created).count());
        entry.append("time_remaining", (ban.until - now).count());
        out.push(std::move(entry));
    }
    return out;
}

Json clearbanned(Call& call) {
    call.node().peers.clear_bans();
    keep_bans(call.node());
    return nullptr;
}

}  // namespace daler::rpc
