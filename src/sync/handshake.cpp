#include "handshake.h"

#include <daler/sync/node_name.h>
#include <daler/util/version.h>

#include <fmt/ranges.h>

namespace daler::sync {

std::string make_user_agent(const std::vector<std::string>& comments) {
    // Programs look for the version of Bitcoin Core that a node behaves like; the name of
    // compatible software follows it.
    auto agent = fmt::format("/Satoshi:{}/daler:{}", compatible_version, version);
    if (!comments.empty()) agent += fmt::format("({})", fmt::join(comments, "; "));
    return agent + '/';
}

Handshake::Handshake(Context& context)
    : context_(context), user_agent_(make_user_agent(context.options.user_agent_comments)) {}

void Handshake::start(Peer& peer) {
    peer.handshake_deadline = context_.now() + context_.options.handshake_timeout;
    peer.our_nonce = context_.tells_who_it_is() ? context_.node_nonce : context_.random.next();
    if (!peer.is_inbound()) send_version(peer);
}

std::uint64_t Handshake::our_services(const SyncOptions& options) {
    const auto always = wire::service::witness | wire::service::network_limited;
    return options.pruned ? always : always | wire::service::network;
}

void Handshake::send_version(Peer& peer) {
    wire::Version message;
    message.services = our_services(context_.options);
    message.time = unix_seconds(context_.clock.now());
    message.receiver = {peer.services, peer.connection->remote()};
    message.sender = {message.services, {}};
    if (context_.tells_who_it_is() && context_.listen_port != 0)
        message.sender.endpoint = {peer.connection->local().host, context_.listen_port};
    message.nonce = peer.our_nonce;
    message.user_agent = user_agent_;
    message.start_height = context_.view()->height();
    message.relay = context_.takes_transactions(peer);
    peer.send(message);
}

void Handshake::refuse(Peer& peer, std::string_view why) {
    log::debug(log::Category::net, "{} refused: {}", label(peer), why);
    peer.connection->close();
}

/// True if we sent `nonce` on one of our outbound connections.
bool Handshake::is_ourselves(const Peer& peer, std::uint64_t nonce) const {
    return peer.is_inbound() && std::ranges::any_of(context_.peers, [&](const auto& each) {
               const auto& other = *each.second;
               return !other.is_inbound() && !other.handshake_done && other.our_nonce == nonce;
           });
}

/// Automatic outbound peers must have the blocks that we may need.
bool Handshake::offers_enough(const Peer& peer, std::uint64_t services) const {
    if (peer.type != ConnectionType::outbound_full_relay &&
        peer.type != ConnectionType::block_relay_only) {
        return true;
    }
    const auto blocks = context_.is_catching_up()
                            ? wire::service::network
                            : wire::service::network | wire::service::network_limited;
    return (services & blocks) != 0 && (services & wire::service::witness) != 0;
}

namespace {

/// Keeps letters, digits and a few signs: the user agent of a peer is shown in logs and RPC
/// results. The equals sign is in the comment with a node's name; Bitcoin Core drops it.
std::string printable(std::string_view text) {
    constexpr std::string_view signs = " .,;-_/:?@()=";
    std::string out;
    for (const char c : text) {
        const bool alphanumeric =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (alphanumeric || signs.find(c) != std::string_view::npos) out += c;
    }
    return out;
}

}  // namespace

/// Which node the peer is, so that other connections to it are recognised.
void Handshake::read_identity(Peer& peer, const wire::Version& message) const {
    peer.user_agent = printable(message.user_agent);
    if (!context_.tells_who_it_is()) return;
    peer.node_name = node_name_in(peer.user_agent);
    if (peer.is_inbound() && message.sender.endpoint.port != 0) {
        // Only the port: the socket knows better which of its addresses reaches us.
        const auto& host = peer.connection->remote().host;
        peer.listens_at = wire::Endpoint{host, message.sender.endpoint.port}.to_text();
    }
    // Other programs choose another one for each connection.
    if (peer.user_agent.find("/daler:") != std::string::npos) peer.node_nonce = message.nonce;
}

void Handshake::on_version(Peer& peer, const wire::Version& message) {
    if (peer.got_version) return;
    if (message.version < wire::min_protocol_version) return refuse(peer, "obsolete version");
    if (is_ourselves(peer, message.nonce)) return refuse(peer, "connected to ourselves");
    if (!offers_enough(peer, message.services))
        return refuse(peer, "does not offer the services that we need");
    read_identity(peer, message);
    if (context_.links.is_cut(link_end(peer))) return refuse(peer, "the link to it is cut");

    peer.got_version = true;
    peer.version = std::min(message.version, wire::protocol_version);
    peer.services = message.services;
    peer.start_height = message.start_height;
    peer.wants_transactions = message.relay && peer.type != ConnectionType::block_relay_only;
    if (!message.receiver.endpoint.host.is_empty())
        peer.seen_as = message.receiver.endpoint.to_text();
    const auto now = unix_seconds(context_.clock.now());
    // A peer may send any 64-bit time; the clamp prevents an overflow.
    constexpr std::int64_t far = std::int64_t{1} << 40;
    peer.time_offset = std::clamp(message.time, -far, far) - now;

    if (peer.is_inbound()) send_version(peer);
    if (peer.version >= wire::wtxid_relay_version) {
        peer.send(wire::WtxidRelay{});
        peer.send(wire::SendAddrV2{});
    }
    peer.send(wire::Verack{});
}

void Handshake::on_wtxidrelay(Peer& peer) {
    if (peer.handshake_done) return refuse(peer, "wtxidrelay after verack");
    if (peer.version >= wire::wtxid_relay_version) peer.wants_wtxids = true;
}

void Handshake::on_sendaddrv2(Peer& peer) {
    if (peer.handshake_done) return refuse(peer, "sendaddrv2 after verack");
    peer.wants_addrv2 = true;
}

bool Handshake::on_verack(Peer& peer) {
    if (peer.handshake_done) return false;
    peer.handshake_done = true;
    log::debug(log::Category::net, "{} is ready: {}, version {}, height {}", label(peer),
               peer.user_agent, peer.version, peer.start_height);
    return true;
}

}  // namespace daler::sync
