#include "misbehaviour.h"

namespace daler::sync {

bool is_to_blame(const Peer& peer, const consensus::Rejection& rejection) {
    if (blame(rejection.reason) != consensus::Blame::invalid) return false;
    return rejection.reason != consensus::Reason::duplicate_invalid || !peer.is_inbound();
}

void Misbehaviour::punish(Peer& peer, std::string_view why) {
    const bool spared = peer.may(permission_noban) || peer.is_manual();
    if (log_limit_.allow()) {
        log::debug(log::Category::net, "{} misbehaves: {}{}", label(peer), why,
                   spared ? " (not punished: the user has chosen it)" : "");
    }
    if (spared) return;
    discourage(peer.connection->remote().host);
    peer.connection->close();
}

void Misbehaviour::discourage(const wire::HostAddress& host) {
    if (!host.is_loopback()) discouraged_.insert(host.ipv6_bytes());
}

}  // namespace daler::sync
