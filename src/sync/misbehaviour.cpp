#include "misbehaviour.h"

namespace daler::sync {

bool is_to_blame(const Peer& peer, const consensus::Rejection& rejection) {
    if (blame(rejection.reason) != consensus::Blame::invalid) return false;
    return rejection.reason != consensus::Reason::duplicate_invalid || !peer.is_inbound();
}

void Misbehaviour::punish(Peer& peer, std::string_view why) {
    const bool spared = peer.may(permission_noban) || peer.is_manual();
    if (log_limit_.allow()) {
        log::debug(log::Category::net, "Misbehaving: peer={} ({}): {}{}", peer.id, peer.name, why,
                   spared ? " (not punished: the user has chosen it)" : "");
    }
    if (spared) return;
    discourage(peer.connection->remote().host);
    peer.connection->close();
}

void Misbehaviour::refuse(const Peer& peer, std::string_view why) {
    // The port of an inbound connection is another one each time.
    const auto address = peer.is_inbound() ? peer.connection->remote().host.to_text() : peer.name;
    if (tells_user_ && refusals_.allow(address, std::chrono::steady_clock::now()))
        log::warning("{}: {}", label(peer), why);
    else
        log::debug(log::Category::net, "{}: {}", label(peer), why);
}

void Misbehaviour::refuse(const Peer& peer, std::string_view data,
                          const consensus::Rejection& rejection) {
    using consensus::Reason;
    const auto why = fmt::format("{} refused: {}", data, to_text(rejection));
    // There was a line about the invalid block that it is, or follows; HeaderSync writes that about
    // blocks from the future.
    const bool has_line = rejection.reason == Reason::duplicate_invalid ||
                          rejection.reason == Reason::bad_previous ||
                          rejection.reason == Reason::time_too_new;
    if (has_line)
        log::debug(log::Category::net, "{}: {}", label(peer), why);
    else
        refuse(peer, why);
}

void Misbehaviour::discourage(const wire::HostAddress& host) {
    if (!host.is_loopback()) discouraged_.insert(host.ipv6_bytes());
}

}  // namespace daler::sync
