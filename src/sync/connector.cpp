#include "connector.h"

#include <daler/primitives/chain_params.h>

#include "eviction.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace daler::sync {
namespace {

// Between two attempts to reach a peer that the user named. On private chains a node that starts,
// or a link that is restored on the other side, is found at once.
constexpr std::chrono::milliseconds first_pause{1'000};
constexpr std::chrono::milliseconds longest_pause{60'000};
constexpr std::chrono::milliseconds first_private_pause{50};
constexpr std::chrono::milliseconds longest_private_pause{250};
/// The same if there is a node of another chain.
constexpr std::chrono::seconds other_chain_pause{5};
constexpr std::chrono::milliseconds automatic_interval{500};
constexpr std::size_t reserved_outbound =
    limits::full_relay_outbound + limits::block_relay_outbound + limits::feelers;

/// The commands that getpeerinfo counts separately: those of the published protocol.
constexpr std::string_view known_commands[] = {
    "version",    "verack",       "addr",        "addrv2",      "sendaddrv2",  "inv",
    "getdata",    "merkleblock",  "getblocks",   "getheaders",  "tx",          "headers",
    "block",      "getaddr",      "mempool",     "ping",        "pong",        "notfound",
    "filterload", "filteradd",    "filterclear", "sendheaders", "feefilter",   "sendcmpct",
    "cmpctblock", "getblocktxn",  "blocktxn",    "getcfilters", "cfilter",     "getcfheaders",
    "cfheaders",  "getcfcheckpt", "cfcheckpt",   "wtxidrelay",  "sendtxrcncl",
};

constexpr bool is_known_command(std::string_view command) {
    return std::ranges::find(known_commands, command) != std::end(known_commands);
}

template <class Message>
constexpr bool is_counted() {
    if constexpr (std::same_as<Message, wire::Unknown>)
        return true;
    else
        return is_known_command(Message::command);
}

template <class... Messages>
constexpr bool are_counted(std::type_identity<std::variant<Messages...>>) {
    return (is_counted<Messages>() && ...);
}
static_assert(are_counted(std::type_identity<wire::Message>{}), "a message is not counted");

/// The endpoint of a text with an IP address, which can be written in several ways; nothing for a
/// name.
std::optional<wire::Endpoint> numeric_endpoint(const std::string& text, std::uint16_t port) {
    const auto address = net::PeerAddress::from_text(text, port);
    if (!address) return {};
    const auto host = wire::HostAddress::from_text(address->host);
    if (!host) return {};
    return wire::Endpoint{*host, address->port};
}

}  // namespace

Connector::Connector(Context& context, Misbehaviour& misbehaviour, AddressBook& book,
                     Connected connected)
    : context_(context),
      misbehaviour_(misbehaviour),
      book_(book),
      connected_(std::move(connected)),
      first_pause_(context.skips_delays() ? first_private_pause : first_pause),
      longest_pause_(context.skips_delays() ? longest_private_pause : longest_pause),
      active_(context.options.network_active),
      group_salt_(context.random.next()) {
    for (const auto& each : context_.options.connect)
        (void)add_target(each, false);
    for (const auto& each : context_.options.add_nodes)
        (void)add_target(each, true);
}

net::Connection::Options Connector::connection_options() const {
    return {context_.params.magic, &is_known_command};
}

// Listening.

Result<void, std::string> Connector::listen() {
    if (!context_.options.listen) return {};
    const auto port = context_.options.port.value_or(context_.params.p2p_port);
    const bool all_interfaces = context_.options.binds.empty();
    const auto binds = all_interfaces
                           ? std::vector<net::PeerAddress>{{"0.0.0.0", port}, {"::", port}}
                           : context_.options.binds;
    std::string problem;
    for (auto bind : binds) {
        // The port that the system chose for the first interface is that of all.
        if (all_interfaces && !listeners_.empty()) bind.port = listeners_.front()->local().port;
        auto opened = net::Listener::open(
            context_.executor, bind, connection_options(), context_.clock,
            [this](net::ConnectionRef connection) { accept(std::move(connection)); });
        if (opened) {
            log::info("Bound to {}", (*opened)->local().to_text());
            listeners_.push_back(std::move(*opened));
        } else if (!all_interfaces || bind.host == "0.0.0.0")
            return fail(opened.error());
        else
            problem = opened.error();  // a computer without IPv6
    }
    if (listeners_.empty()) return fail(problem);
    context_.listen_port = listeners_.front()->local().port;
    return {};
}

std::vector<wire::Endpoint> Connector::listening() const {
    std::vector<wire::Endpoint> out;
    for (const auto& listener : listeners_)
        out.push_back(listener->local());
    return out;
}

void Connector::stop() {
    listeners_.clear();
    for (const auto& attempt : attempts_)
        attempt->cancel();
}

std::size_t Connector::inbound_limit() const {
    const auto all = context_.options.max_connections;
    return all - std::min(reserved_outbound, all / 2);
}

std::uint32_t Connector::permissions_of(const wire::HostAddress& host, bool inbound) const {
    std::uint32_t out = permission_none;
    for (const auto& entry : context_.options.whitelist)
        if ((inbound ? entry.inbound : entry.outbound) && entry.subnet.contains(host))
            out |= entry.permissions;
    return out;
}

/// Disconnects a peer for a new one. False if all inbound peers are protected.
bool Connector::make_room() {
    std::vector<EvictionCandidate> candidates;
    for (const auto& [id, peer] : context_.peers) {
        if (!peer->is_inbound() || peer->may(permission_noban) || !peer->connection->is_open())
            continue;
        EvictionCandidate candidate;
        candidate.id = id;
        candidate.connected_at = peer->connected_at;
        candidate.min_ping = peer->min_ping.value_or(std::chrono::microseconds::max());
        candidate.last_block = peer->last_block;
        candidate.last_transaction = peer->last_transaction;
        candidate.relays_transactions = peer->wants_transactions;
        candidate.group = peer->connection->remote().host.group();
        candidate.salted_group = crypto::siphash(group_salt_, 0, as_bytes(candidate.group));
        candidates.push_back(std::move(candidate));
    }
    const auto victim = choose_eviction(std::move(candidates));
    if (!victim) return false;
    log::debug(log::Category::net, "peer {} is disconnected to make room for another", *victim);
    context_.peers.at(*victim)->connection->close();
    return true;
}

bool Connector::is_banned(const wire::HostAddress& host, bool inbound) const {
    const bool trusted = (permissions_of(host, inbound) & permission_noban) == permission_noban;
    return !trusted && context_.bans.is_banned(host, context_.clock.now());
}

void Connector::accept(net::ConnectionRef connection) {
    const auto& remote = connection->remote();
    if (is_banned(remote.host, true)) {
        log::debug(log::Category::net, "connection from {} dropped (banned)", remote.to_text());
        connection->close();
        return;
    }
    const bool trusted = (permissions_of(remote.host, true) & permission_noban) == permission_noban;
    std::size_t inbound = 0;
    for (const auto& [id, peer] : context_.peers)
        inbound += peer->is_inbound() && peer->connection->is_open() ? 1 : 0;
    const bool is_full = inbound >= inbound_limit();
    if (context_.stopping || !active_ ||
        (!trusted && inbound + 1 >= inbound_limit() && misbehaviour_.is_discouraged(remote.host)) ||
        (is_full && !make_room())) {
        connection->close();
        return;
    }
    const auto name = remote.to_text();
    connected_(add_peer(std::move(connection), ConnectionType::inbound, name));
}

PeerRef Connector::add_peer(net::ConnectionRef connection, ConnectionType type, std::string name) {
    const auto id = context_.next_id++;
    auto peer =
        std::make_shared<Peer>(id, std::move(connection), type, context_.executor, context_.random);
    peer->name = std::move(name);
    peer->connected_at = context_.clock.now();
    peer->permissions = permissions_of(peer->connection->remote().host, peer->is_inbound());
    context_.peers.emplace(id, peer);
    log::debug(log::Category::net, "Added connection peer={} ({}, {})", id, peer->name,
               peer->is_inbound() ? "inbound" : "outbound");
    return peer;
}

// Peers that the user named.

std::optional<std::string> Connector::add_target(const std::string& text, bool added) {
    const auto address = net::PeerAddress::from_text(text, context_.params.p2p_port);
    if (!address) {
        log::warning("{}", address.error());
        return address.error();
    }
    auto target = std::make_shared<Target>();
    target->text = text;
    target->address = *address;
    target->added = added;
    targets_.push_back(std::move(target));
    return {};
}

Result<void, std::string> Connector::add(const std::string& address) {
    const auto endpoint = numeric_endpoint(address, context_.params.p2p_port);
    const bool known = std::ranges::any_of(targets_, [&](const TargetRef& each) {
        return each->added &&
               (each->text == address ||
                (endpoint && endpoint == numeric_endpoint(each->text, context_.params.p2p_port)));
    });
    if (known) return fail(std::string("Error: Node already added"));
    if (const auto problem = add_target(address, true)) return fail("Error: " + *problem);
    tick();
    return {};
}

Result<void, std::string> Connector::remove(const std::string& address) {
    const auto removed = std::erase_if(
        targets_, [&](const TargetRef& each) { return each->added && each->text == address; });
    if (removed > 0) return {};
    return fail(std::string("Error: Node could not be removed. It has not been added previously."));
}

void Connector::try_once(const std::string& text) {
    const auto address = net::PeerAddress::from_text(text, context_.params.p2p_port);
    if (!address || !active_) return;
    auto target = std::make_shared<Target>();
    target->address = *address;
    asio::co_spawn(context_.executor, reach(std::move(target)), asio::detached);
}

std::size_t Connector::count(ConnectionType type) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        context_.peers, [type](const auto& each) { return each.second->type == type; }));
}

bool Connector::connect(const std::string& text, ConnectionType type) {
    if ((type == ConnectionType::outbound_full_relay &&
         count(type) >= limits::full_relay_outbound) ||
        (type == ConnectionType::block_relay_only && count(type) >= limits::block_relay_outbound))
        return false;
    const auto address = net::PeerAddress::from_text(text, context_.params.p2p_port);
    if (!address || !active_) return true;
    ++automatic_attempts_;
    asio::co_spawn(context_.executor, reach_found(*address, type), asio::detached);
    return true;
}

std::vector<AddedNode> Connector::added() const {
    std::vector<AddedNode> out;
    for (const auto& target : targets_) {
        if (!target->added) continue;
        AddedNode node{target->text, false, false, {}};
        const auto name = target->address.to_text();
        for (const auto& [id, peer] : context_.peers) {
            const auto remote = peer->connection->remote().to_text();
            if (target->peer != id && peer->name != name && remote != name) continue;
            node.connected = true;
            node.inbound = peer->is_inbound();
            node.connected_address = remote;
            break;
        }
        out.push_back(std::move(node));
    }
    return out;
}

asio::awaitable<void> Connector::reach(TargetRef target) {
    if (context_.stopping) co_return;
    target->connecting = false;
    if (context_.links.is_cut(end_of(*target))) {
        log::debug(log::Category::net, "{} is not connected to: the link to it is cut",
                   target->address.to_text());
        co_return;
    }
    const auto numeric = wire::HostAddress::from_text(target->address.host);
    if (numeric && is_banned(*numeric, false)) {
        target->next_attempt = std::chrono::steady_clock::now() + longest_pause_;
        co_return;
    }
    if (!context_.options.look_up_names && !numeric) {
        log::warning("{} is not connected to: it is a name, and -dns=0 forbids to look it up",
                     target->address.to_text());
        target->next_attempt = std::chrono::steady_clock::time_point::max();
        co_return;
    }
    target->connecting = true;
    const auto attempt = std::make_shared<net::ConnectAttempt>();
    attempts_.insert(attempt);
    auto connected =
        co_await net::connect(target->address, connection_options(), context_.clock, attempt);
    attempts_.erase(attempt);
    target->connecting = false;
    target->pause = std::clamp(target->pause * 2, first_pause_, longest_pause_);
    target->next_attempt = std::chrono::steady_clock::now() + target->pause;
    if (!connected) {
        log::debug(log::Category::net, "{}", connected.error());
        co_return;
    }
    if (context_.stopping || !active_ || context_.links.is_cut(end_of(*target)) ||
        is_banned((*connected)->remote().host, false)) {
        (*connected)->close();
        co_return;
    }
    auto peer = add_peer(*connected, ConnectionType::manual, target->address.to_text());
    target->peer = peer->id;
    connected_(std::move(peer));
}

void Connector::peer_gone(const Peer& peer) {
    for (const auto& target : targets_) {
        if (target->peer != peer.id) continue;
        target->peer.reset();
        // A peer with a complete handshake is tried again soon. One that closed the connection
        // before may be the wrong address.
        if (peer.handshake_done) target->pause = {};
        if (!peer.node_name.empty()) target->node_name = peer.node_name;
        const std::chrono::milliseconds pause =
            peer.is_foreign ? std::max<std::chrono::milliseconds>(longest_pause_, other_chain_pause)
                            : std::max(target->pause, first_pause_);
        target->next_attempt = std::chrono::steady_clock::now() + pause;
    }
}

LinkEnd Connector::end_of(const Target& target) {
    LinkEnd end;
    end.name = target.node_name;
    end.addresses = {target.address.to_text()};
    return end;
}

std::vector<LinkEnd> Connector::targets() const {
    std::vector<LinkEnd> out;
    for (const auto& target : targets_)
        if (!target->peer) out.push_back(end_of(*target));
    return out;
}

bool Connector::is_target(const Peer& peer) const {
    return std::ranges::any_of(targets_,
                               [&](const TargetRef& target) { return target->peer == peer.id; });
}

void Connector::reconnect(const std::vector<std::string>& addresses) {
    for (const auto& address : addresses)
        try_once(address);
    for (const auto& target : targets_) {
        target->pause = {};
        target->next_attempt = {};
    }
    tick();
}

void Connector::set_active(bool active) {
    active_ = active;
    if (active) {
        for (const auto& target : targets_)
            target->next_attempt = {};
        tick();
        return;
    }
    for (const auto& [id, peer] : context_.peers)
        peer->connection->close();
}

void Connector::tick() {
    if (context_.stopping || !active_) return;
    const auto now = std::chrono::steady_clock::now();
    for (const auto& target : targets_) {
        if (target->connecting || target->peer || now < target->next_attempt) continue;
        if (context_.links.is_cut(end_of(*target))) continue;
        target->connecting = true;
        asio::co_spawn(context_.executor, reach(target), asio::detached);
    }
    if (!context_.params.is_private && !context_.options.connect_only) fill_automatic();
}

// Peers from the address book.

std::optional<ConnectionType> missing_outbound(std::size_t full_relay, std::size_t block_relay) {
    if (full_relay < limits::full_relay_outbound) return ConnectionType::outbound_full_relay;
    if (block_relay < limits::block_relay_outbound) return ConnectionType::block_relay_only;
    return {};
}

/// Connects to at most one peer per network group.
void Connector::fill_automatic() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_automatic_ || automatic_attempts_ > 0 || book_.size() == 0) return;
    next_automatic_ = now + automatic_interval;
    std::vector<std::string> groups;
    for (const auto& [id, peer] : context_.peers)
        if (!peer->is_inbound()) groups.push_back(peer->connection->remote().host.group());
    const auto missing = missing_outbound(count(ConnectionType::outbound_full_relay),
                                          count(ConnectionType::block_relay_only));
    if (!missing) return;
    const auto endpoint =
        book_.choose(groups, context_.clock.now(), context_.options.only_networks);
    if (!endpoint || misbehaviour_.is_discouraged(endpoint->host) ||
        is_banned(endpoint->host, false))
        return;
    LinkEnd end;
    end.addresses = {endpoint->to_text()};
    if (context_.links.is_cut(end)) return;
    ++automatic_attempts_;
    book_.tried(*endpoint, context_.clock.now());
    const net::PeerAddress address{endpoint->host.to_text(), endpoint->port};
    asio::co_spawn(context_.executor, reach_found(address, *missing), asio::detached);
}

asio::awaitable<void> Connector::reach_found(net::PeerAddress address, ConnectionType type) {
    const auto attempt = std::make_shared<net::ConnectAttempt>();
    attempts_.insert(attempt);
    auto connected = co_await net::connect(address, connection_options(), context_.clock, attempt);
    attempts_.erase(attempt);
    --automatic_attempts_;
    if (!connected) co_return;
    if (context_.stopping || !active_) {
        (*connected)->close();
        co_return;
    }
    connected_(add_peer(*connected, type, address.to_text()));
}

}  // namespace daler::sync
