#include "address_relay.h"

namespace daler::sync {

AddressRelay::AddressRelay(Context& context) : context_(context), book_(context.random) {
    const auto& saved = context.options.address_book;
    if (!saved.empty() && !book_.decode(saved))
        log::warning("peers.dat is damaged; the list of addresses starts empty");
}

void AddressRelay::start(Peer& peer) {
    peer.address_tokens_at = context_.now();
    // An inbound peer relays addresses if it sends an address message; until then it is not known.
    peer.address_relay = !peer.is_inbound() && peer.type != ConnectionType::block_relay_only;
    if (peer.is_inbound() || !is_in_use()) return;
    note_working(peer);
    if (!peer.address_relay) return;
    peer.send(wire::GetAddr{});
    peer.address_tokens += limits::address_bucket;  // its answer may come in one message
}

void AddressRelay::note_working(const Peer& peer) {
    book_.worked(peer.connection->remote(), peer.services, context_.clock.now());
}

void AddressRelay::peer_gone(const Peer& peer) {
    // Not while we are connected: the time would show to which nodes we are connected.
    if (peer.type != ConnectionType::outbound_full_relay || !peer.handshake_done) return;
    book_.was_connected(peer.connection->remote(), context_.clock.now());
}

/// The same answer for all peers for about a day: many connections get no more addresses than one.
const std::vector<wire::KnownNode>& AddressRelay::daily_sample() {
    const auto now = context_.now();
    if (!sample_until_ || now >= *sample_until_) {
        sample_ = book_.sample(limits::addresses, context_.clock.now());
        sample_until_ = now + limits::address_sample_age +
                        std::chrono::seconds(context_.random.below(
                            std::chrono::seconds(limits::address_sample_jitter).count()));
    }
    return sample_;
}

void AddressRelay::on_getaddr(Peer& peer) {
    // Outbound peers get no answer, so that our connections cannot be inferred from the answers.
    if (!peer.is_inbound()) return;
    peer.address_relay = true;
    if (!is_in_use()) return;
    const bool is_trusted = peer.may(permission_addr);
    if (std::exchange(peer.asked_for_addresses, true) && !is_trusted) return;
    auto nodes =
        is_trusted ? book_.sample(limits::addresses, context_.clock.now()) : daily_sample();
    if (nodes.empty()) return;
    if (peer.wants_addrv2)
        peer.send(wire::AddressesV2{std::move(nodes)});
    else
        peer.send(wire::Addresses{std::move(nodes)});
}

void AddressRelay::on_addresses(Peer& peer, const std::vector<wire::KnownNode>& nodes) {
    if (peer.type == ConnectionType::block_relay_only) return;
    peer.address_relay = true;
    const auto now = context_.now();
    const auto elapsed = std::chrono::duration<double>(now - peer.address_tokens_at).count();
    peer.address_tokens_at = now;
    if (peer.address_tokens < limits::address_bucket) {
        peer.address_tokens =
            std::min(limits::address_bucket,
                     peer.address_tokens + std::max(elapsed, 0.0) * limits::addresses_per_second);
    }
    for (const auto& node : nodes) {
        if (peer.address_tokens < 1 && !peer.may(permission_addr)) {
            ++peer.addresses_rate_limited;
            continue;
        }
        peer.address_tokens -= 1;
        ++peer.addresses_processed;
        if (is_in_use()) book_.add(node, peer.connection->remote().host, context_.clock.now());
    }
    // One address may be the peer's own.
    if (peer.type == ConnectionType::addr_fetch && nodes.size() > 1) peer.connection->close();
}

}  // namespace daler::sync
