#pragma once

#include "address_book.h"
#include "context.h"
#include "misbehaviour.h"

#include <daler/net/listener.h>

namespace daler::sync {

/// The kind of connection to make next on a public chain, given the numbers of existing ones;
/// nothing if none is missing.
[[nodiscard]] std::optional<ConnectionType> missing_outbound(std::size_t full_relay,
                                                             std::size_t block_relay);

/// Makes and accepts connections. Connects to peers that the user named (again after each failure)
/// and, on public chains, to peers from the address book. Accepts inbound connections up to a
/// limit.
class Connector {
public:
    using Connected = std::function<void(PeerRef)>;

    /// `connected` is called with each new peer, which is already in the table.
    Connector(Context& context, Misbehaviour& misbehaviour, AddressBook& book, Connected connected);

    /// Opens the listening sockets. The error is one line for the user.
    [[nodiscard]] Result<void, std::string> listen();
    void stop();
    void tick();
    /// The session has ended.
    void peer_gone(const Peer& peer);

    // The RPC `addnode`.
    Result<void, std::string> add(const std::string& address);
    Result<void, std::string> remove(const std::string& address);
    void try_once(const std::string& address);
    /// See PeerService::connect.
    bool connect(const std::string& address, ConnectionType type);
    [[nodiscard]] std::vector<AddedNode> added() const;

    // The RPC `setlink`.
    /// Ends of the links to nodes that the user named and that are not connected.
    [[nodiscard]] std::vector<LinkEnd> targets() const;
    /// Whether the connection to `peer` is made again when it has ended.
    [[nodiscard]] bool is_target(const Peer& peer) const;
    /// A link is restored: connects at once to the nodes that the user named, and once to these
    /// addresses.
    void reconnect(const std::vector<std::string>& addresses);

    void set_active(bool active);
    [[nodiscard]] bool is_active() const { return active_; }
    [[nodiscard]] std::vector<wire::Endpoint> listening() const;

private:
    /// A peer that the user named.
    struct Target {
        std::string text;  ///< as the user wrote it
        net::PeerAddress address;
        std::string node_name;  ///< of the node that was there last; may be empty
        bool added = false;     ///< by addnode, and listed there
        bool connecting = false;
        std::optional<PeerId> peer;
        std::chrono::milliseconds pause{0};  ///< before the next attempt; grows
        std::chrono::steady_clock::time_point next_attempt{};
    };
    using TargetRef = std::shared_ptr<Target>;
    [[nodiscard]] static LinkEnd end_of(const Target& target);

    [[nodiscard]] net::Connection::Options connection_options() const;
    [[nodiscard]] std::optional<std::string> add_target(const std::string& text, bool added);
    void accept(net::ConnectionRef connection);
    [[nodiscard]] bool make_room();
    [[nodiscard]] std::size_t inbound_limit() const;
    [[nodiscard]] bool is_banned(const wire::HostAddress& host, bool inbound) const;
    [[nodiscard]] std::uint32_t permissions_of(const wire::HostAddress& host, bool inbound) const;
    PeerRef add_peer(net::ConnectionRef connection, ConnectionType type, std::string name);
    asio::awaitable<void> reach(TargetRef target);
    asio::awaitable<void> reach_found(net::PeerAddress address, ConnectionType type);
    [[nodiscard]] std::size_t count(ConnectionType type) const;
    void fill_automatic();

    Context& context_;
    Misbehaviour& misbehaviour_;
    AddressBook& book_;
    Connected connected_;
    const std::chrono::milliseconds first_pause_;    ///< between two attempts to reach a peer
    const std::chrono::milliseconds longest_pause_;  ///< the same; the pause doubles each time
    std::vector<std::unique_ptr<net::Listener>> listeners_;
    std::vector<TargetRef> targets_;
    std::set<net::ConnectAttemptRef> attempts_;
    std::size_t automatic_attempts_ = 0;
    std::chrono::steady_clock::time_point next_automatic_{};
    bool active_;
    std::uint64_t group_salt_;
};

}  // namespace daler::sync
