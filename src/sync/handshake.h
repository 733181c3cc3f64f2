#pragma once

#include "context.h"

namespace daler::sync {

/// The first messages of a connection: they negotiate the protocol version and features.
class Handshake {
public:
    explicit Handshake(Context& context);

    /// A new connection: if it is outbound, sends the version message.
    void start(Peer& peer);
    /// Outbound connections send it at once, inbound ones when the peer's has come.
    void send_version(Peer& peer);
    /// Handles a message of the handshake; the connection may be closed afterwards.
    void on_version(Peer& peer, const wire::Version& message);
    void on_wtxidrelay(Peer& peer);
    void on_sendaddrv2(Peer& peer);
    /// True if this completes the handshake.
    [[nodiscard]] bool on_verack(Peer& peer);

    [[nodiscard]] const std::string& user_agent() const { return user_agent_; }
    /// The services that this node offers, as bits of wire::service.
    [[nodiscard]] static std::uint64_t our_services(const SyncOptions& options);

private:
    void read_identity(Peer& peer, const wire::Version& message) const;
    [[nodiscard]] bool is_ourselves(const Peer& peer, std::uint64_t nonce) const;
    [[nodiscard]] bool offers_enough(const Peer& peer, std::uint64_t services) const;
    void refuse(Peer& peer, std::string_view why);

    Context& context_;
    std::string user_agent_;
};

}  // namespace daler::sync
