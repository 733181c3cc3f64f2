#pragma once

#include "context.h"

namespace daler::sync {

/// Whether the sender of an invalid block or header should have known. Others may not know yet that
/// a block is bad; but those we chose should follow the good chain.
[[nodiscard]] bool is_to_blame(const Peer& peer, const consensus::Rejection& rejection);

/// What happens to peers that break the rules: they are disconnected, and their address is
/// remembered for a while as one that had better not come again. Peers the user has chosen are
/// spared, and a local address is never remembered.
class Misbehaviour {
public:
    explicit Misbehaviour(Context& context)
        : discouraged_(limits::discouraged_addresses, context.random) {}

    void punish(Peer& peer, std::string_view why);
    /// Remembers the address, unless it is a local one.
    void discourage(const wire::HostAddress& host);
    [[nodiscard]] bool is_discouraged(const wire::HostAddress& host) const {
        return discouraged_.contains(host.ipv6_bytes());
    }

private:
    RollingFilter discouraged_;
    log::RateLimit log_limit_;
};

}  // namespace daler::sync
