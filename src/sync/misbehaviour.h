#pragma once

#include "context.h"
#include "refusal_log.h"

namespace daler::sync {

/// True if the sender of an invalid block or header is to blame. Inbound peers may not know yet
/// that a block is invalid; outbound peers should follow the valid chain.
[[nodiscard]] bool is_to_blame(const Peer& peer, const consensus::Rejection& rejection);

/// Punishes peers that break the rules: they are disconnected, and their address is remembered as
/// discouraged. Manual peers and those with noban are not punished, and loopback addresses are not
/// remembered.
class Misbehaviour {
public:
    explicit Misbehaviour(Context& context)
        : tells_user_(context.skips_delays()),
          discouraged_(limits::discouraged_addresses, context.random) {}

    void punish(Peer& peer, std::string_view why);
    /// Logs why this node has no use for what `peer` sends: on a private chain for the user, who
    /// may have started one of the two with other rules or another time, elsewhere under
    /// -debug=net.
    void refuse(const Peer& peer, std::string_view why);
    /// The same for a header or block, if there is no other line about it.
    void refuse(const Peer& peer, std::string_view data, const consensus::Rejection& rejection);
    /// Remembers the address, unless it is a loopback address.
    void discourage(const wire::HostAddress& host);
    [[nodiscard]] bool is_discouraged(const wire::HostAddress& host) const {
        return discouraged_.contains(host.ipv6_bytes());
    }

private:
    const bool tells_user_;
    RollingFilter discouraged_;
    RefusalLog refusals_;
    log::RateLimit log_limit_;
};

}  // namespace daler::sync
