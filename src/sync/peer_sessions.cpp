#include "peer_sessions.h"

#include <daler/primitives/chain_params.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace daler::sync {
namespace {

/// How often timers are checked.
constexpr std::chrono::milliseconds tick_interval{100};

/// How long a connection that is for addresses waits for them.
constexpr std::chrono::minutes longest_address_fetch{5};

/// A chain may have a block every second, but a large block takes as long to send as on other
/// chains.
constexpr std::chrono::seconds min_block_timeout{60};

}  // namespace

PeerSessions::PeerSessions(ledger::Ledger& ledger, const Clock& clock, ThreadPool& workers,
                           SyncOptions options, asio::any_io_executor executor)
    : context_{ledger, ledger.params(), clock, workers, std::move(options), executor},
      misbehaviour_(context_),
      download_({ledger.params().minimum_chain_work,
                 std::max(ledger.params().retarget.spacing, min_block_timeout)}),
      handshake_(context_),
      headers_(context_, download_, misbehaviour_),
      blocks_(context_, download_, headers_, misbehaviour_),
      transactions_(context_, misbehaviour_),
      addresses_(context_),
      connector_(context_, misbehaviour_, addresses_.book(),
                 [this](PeerRef peer) { begin_session(std::move(peer)); }),
      clock_tick_(executor) {
    const auto& saved = context_.options.ban_list;
    if (!saved.empty() && !context_.bans.decode(saved, clock.now()))
        log::warning("banlist.json is damaged; the list of bans starts empty");
}

Result<void, std::string> PeerSessions::start() {
    if (auto listening = connector_.listen(); !listening) return listening;
    blocks_.announce_tip(*context_.view());  // not sent: the current tip is not new
    asio::co_spawn(context_.executor, run_clock(), asio::detached);
    return {};
}

void PeerSessions::stop() {
    context_.stopping = true;
    connector_.stop();
    clock_tick_.notify();
    for (const auto& [id, peer] : context_.peers) {
        peer->connection->close();
        peer->verdicts.notify();
    }
}

asio::awaitable<void> PeerSessions::run_clock() {
    while (!context_.stopping) {
        tick();
        co_await clock_tick_.wait_for(tick_interval);
    }
}

void PeerSessions::tick() {
    const auto now = context_.now();
    for (const auto& [id, peer] : context_.peers)
        check_timeouts(*peer, now);
    connector_.tick();
    headers_.tick();
    blocks_.tick();
    transactions_.tick();
}

void PeerSessions::check_timeouts(Peer& peer, Time now) {
    if (!peer.connection->is_open()) return;
    const auto& connection = *peer.connection;
    if (peer.send_watch.is_stuck(connection.has_queued(), connection.bytes_taken(), now)) {
        log::debug(log::Category::net, "{} does not read what we send", label(peer));
        peer.connection->close();
        return;
    }
    if (!peer.handshake_done) {
        if (now < peer.handshake_deadline) return;
        log::debug(log::Category::net, "{} does not finish the handshake", label(peer));
        peer.connection->close();
        return;
    }
    if (peer.type == ConnectionType::addr_fetch &&
        context_.clock.now() - peer.connected_at > longest_address_fetch) {
        log::debug(log::Category::net, "{} does not send addresses", label(peer));
        peer.connection->close();
        return;
    }
    if (peer.ping_nonce == 0) {
        if (now - peer.pinged_at >= limits::ping_interval) send_ping(peer);
        return;
    }
    // If we do not read from it, its answer may be waiting.
    if (peer.is_reading && now - peer.pinged_at >= limits::ping_timeout) {
        log::debug(log::Category::net, "{} does not answer pings", label(peer));
        peer.connection->close();
    }
}

void PeerSessions::send_ping(Peer& peer) {
    peer.pinged_at = context_.now();
    peer.pinged_at_real = std::chrono::steady_clock::now();
    do {
        peer.ping_nonce = peer.version >= wire::pong_version ? context_.random.next() : 0;
    } while (peer.ping_nonce == 0 && peer.version >= wire::pong_version);
    peer.send(wire::Ping{peer.ping_nonce});
}

void PeerSessions::ping() {
    for (const auto& [id, peer] : context_.peers)
        if (peer->is_ready()) send_ping(*peer);
}

void PeerSessions::advance_timers(std::chrono::seconds time) {
    context_.timers_ahead += time;
    tick();
}

void PeerSessions::ban(const wire::Subnet& subnet, std::optional<BlockTime> until) {
    const auto now = context_.clock.now();
    context_.bans.add(subnet, now, until.value_or(now + context_.options.ban_time));
    for (const auto& [id, peer] : context_.peers)
        if (subnet.contains(peer->connection->remote().host)) peer->connection->close();
}

bool PeerSessions::disconnect(const std::string& address) {
    bool found = false;
    for (const auto& [id, peer] : context_.peers) {
        if (!peer->connection->is_open()) continue;
        if (peer->name != address && peer->connection->remote().to_text() != address) continue;
        peer->connection->close();
        found = true;
    }
    return found;
}

bool PeerSessions::disconnect(PeerId id) {
    const auto found = context_.peers.find(id);
    if (found == context_.peers.end() || !found->second->connection->is_open()) return false;
    found->second->connection->close();
    return true;
}

Result<void, std::string> PeerSessions::fetch_block(PeerId id, const chain::BlockEntry& entry) {
    const auto found = context_.peers.find(id);
    if (found == context_.peers.end() || !found->second->connection->is_open())
        return fail(std::string("Peer does not exist"));
    return blocks_.fetch_wanted(*found->second, entry);
}

bool PeerSessions::send_message(PeerId id, const std::string& command, Bytes payload) {
    const auto found = context_.peers.find(id);
    if (found == context_.peers.end() || !found->second->is_ready()) return false;
    found->second->connection->send(command, std::move(payload));
    return true;
}

// Events of the ledger.

void PeerSessions::block_connected(const chain::BlockEntry& entry, const BlockRef& block) {
    download_.settled(entry.hash);
    blocks_.block_connected(entry);
    transactions_.block_connected(block);
}

void PeerSessions::block_disconnected(const BlockRef& block) {
    transactions_.block_disconnected(block);
}

void PeerSessions::block_refused(const chain::BlockEntry& entry,
                                 const consensus::Rejection& rejection) {
    blocks_.block_refused(entry, rejection);
}

void PeerSessions::tip_changed(const std::shared_ptr<const chain::ChainView>& view) {
    transactions_.tip_changed();
    blocks_.announce_tip(*view);
}

void PeerSessions::transaction_added(const TransactionRef& tx, FeeRate fee_rate) {
    transactions_.transaction_added(tx, fee_rate);
}

void PeerSessions::transaction_removed(const TransactionRef& tx) {
    transactions_.transaction_removed(tx);
}

// For PeerService.

NetworkTotals PeerSessions::totals() const {
    auto out = closed_totals_;
    for (const auto& [id, peer] : context_.peers) {
        out.bytes_sent += peer->connection->traffic().bytes_sent;
        out.bytes_received += peer->connection->traffic().bytes_received;
    }
    return out;
}

std::vector<PeerInfo> PeerSessions::peers() const {
    std::vector<PeerInfo> out;
    for (const auto& [id, peer] : context_.peers)
        if (peer->connection->is_open()) out.push_back(describe(*peer));
    return out;
}

namespace {

std::string network_name(const wire::HostAddress& host) {
    if (!host.is_routable()) return "not_publicly_routable";
    return host.network() == wire::Network::ipv4 ? "ipv4" : "ipv6";
}

double seconds(std::chrono::microseconds time) {
    return static_cast<double>(time.count()) / 1e6;
}

}  // namespace

PeerInfo PeerSessions::describe(const Peer& peer) const {
    const auto& traffic = peer.connection->traffic();
    PeerInfo info;
    info.id = peer.id;
    info.address = peer.name;
    info.local_address = peer.seen_as;
    info.bound_address = peer.connection->local().to_text();
    info.network = network_name(peer.connection->remote().host);
    info.services = peer.services;
    info.relays_transactions = peer.wants_transactions;
    info.last_send = unix_seconds(traffic.last_sent);
    info.last_receive = unix_seconds(traffic.last_received);
    info.last_transaction = unix_seconds(peer.last_transaction);
    info.last_block = unix_seconds(peer.last_block);
    info.bytes_sent = traffic.bytes_sent;
    info.bytes_received = traffic.bytes_received;
    info.connected_at = unix_seconds(peer.connected_at);
    info.time_offset = peer.time_offset;
    if (peer.ping) info.ping_seconds = seconds(*peer.ping);
    if (peer.min_ping) info.min_ping_seconds = seconds(*peer.min_ping);
    if (peer.ping_nonce != 0) {
        const auto waiting = std::chrono::steady_clock::now() - peer.pinged_at_real;
        info.ping_wait_seconds =
            seconds(std::chrono::duration_cast<std::chrono::microseconds>(waiting));
    }
    info.version = static_cast<std::uint32_t>(peer.version);
    info.user_agent = peer.user_agent;
    info.inbound = peer.is_inbound();
    info.bip152_high_bandwidth_from = peer.high_bandwidth_from;
    info.starting_height = peer.start_height;
    if (peer.presync) info.presynced_headers = peer.presync->height();
    if (const auto* best = download_.best_known(peer.id)) info.synced_headers = best->height;
    if (const auto* common = download_.last_common(peer.id)) info.synced_blocks = common->height;
    info.in_flight = download_.in_flight(peer.id);
    info.address_relay = peer.address_relay;
    info.addresses_processed = peer.addresses_processed;
    info.addresses_rate_limited = peer.addresses_rate_limited;
    info.permissions = permission_names(peer.permissions);
    info.min_fee_filter = peer.fee_filter;
    info.bytes_sent_per_message = traffic.sent_per_message;
    info.bytes_received_per_message = traffic.received_per_message;
    info.connection_type = peer.type;
    return info;
}

}  // namespace daler::sync
