#pragma once

#include <daler/primitives/transaction.h>
#include <daler/util/clock.h>
#include <daler/util/result.h>
#include <daler/wire/messages.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace daler::chain {
struct BlockEntry;
}

namespace daler::sync {

/// The kind of a connection ("connection_type" of getpeerinfo).
enum class ConnectionType : std::uint8_t {
    inbound,
    manual,
    outbound_full_relay,
    block_relay_only,
    feeler,
    addr_fetch
};

/// What getpeerinfo shows about one peer. Times are seconds since 1970, zero for never.
struct PeerInfo {
    std::int64_t id = 0;
    std::string address;        ///< host:port
    std::string local_address;  ///< as the peer sees us (addrlocal); may be empty
    std::string bound_address;  ///< our end of the socket (addrbind)
    std::string network;        ///< "ipv4", "ipv6", "not_publicly_routable"
    std::uint64_t services = 0;
    bool relays_transactions = false;
    std::int64_t last_send = 0;
    std::int64_t last_receive = 0;
    std::int64_t last_transaction = 0;
    std::int64_t last_block = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    std::int64_t connected_at = 0;
    std::int64_t time_offset = 0;
    double ping_seconds = -1;  ///< negative: none yet
    double min_ping_seconds = -1;
    double ping_wait_seconds = -1;
    std::uint32_t version = 0;
    std::string user_agent;
    bool inbound = false;
    bool bip152_high_bandwidth_to = false;
    bool bip152_high_bandwidth_from = false;
    Height starting_height = -1;
    Height presynced_headers = -1;
    Height synced_headers = -1;  ///< last header we have in common
    Height synced_blocks = -1;
    std::vector<Height> in_flight;
    bool address_relay = false;
    std::uint64_t addresses_processed = 0;
    std::uint64_t addresses_rate_limited = 0;
    std::vector<std::string> permissions;
    Amount min_fee_filter;  ///< satoshis per 1000 virtual bytes
    std::map<std::string, std::uint64_t> bytes_sent_per_message;
    std::map<std::string, std::uint64_t> bytes_received_per_message;
    ConnectionType connection_type = ConnectionType::inbound;
};

struct AddedNode {
    std::string address;
    bool connected = false;
    bool inbound = false;
    std::string connected_address;
};

/// What listlinks shows: a node that this one is connected to, should be, or was before the link
/// was cut.
struct LinkInfo {
    std::string name;     ///< its -nodename; may be empty
    std::string address;  ///< HOST:PORT
    bool up = true;       ///< false: the user has cut the link
    bool connected = false;
    bool inbound = false;   ///< there is, or was, a connection from the other side
    bool outbound = false;  ///< there is, was, or should be a connection from this side
};

/// Addresses that the user has banned.
struct Ban {
    wire::Subnet subnet;
    BlockTime created;
    BlockTime until;

    bool operator==(const Ban&) const = default;
};

/// An address of the address book.
struct KnownAddress {
    wire::KnownNode node;
    bool has_worked = false;     ///< this node has been connected to it
    bool is_good = false;        ///< not too old, and has not failed too often
    wire::HostAddress source{};  ///< who sent it first; itself if the user added it
};

struct NetworkTotals {
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
};

/// The interface to the peer-to-peer protocol for the threads of rpc, wallet and node. Members may
/// block until the net thread has answered; not for the net and ledger threads.
class PeerService {
public:
    virtual ~PeerService() = default;

    [[nodiscard]] virtual std::vector<PeerInfo> peers() = 0;
    [[nodiscard]] virtual NetworkTotals totals() = 0;
    [[nodiscard]] virtual std::uint64_t local_services() const = 0;
    [[nodiscard]] virtual std::vector<std::string> local_addresses() = 0;
    /// "/Satoshi:28.1.0/daler:0.1.0/", with the user's comments.
    [[nodiscard]] virtual std::string user_agent() const = 0;
    /// False with -blocksonly.
    [[nodiscard]] virtual bool relays_transactions() const = 0;

    /// `addnode add|remove|onetry`. The error is the text of the RPC error -23 or -24.
    virtual Result<void, std::string> add_node(const std::string& address) = 0;
    virtual Result<void, std::string> remove_node(const std::string& address) = 0;
    virtual void try_node(const std::string& address) = 0;
    /// Makes one outbound connection of this kind, for tests. False if there are as many of it as
    /// there may be. The connection may fail later.
    virtual bool connect(const std::string& address, ConnectionType type) = 0;
    [[nodiscard]] virtual std::vector<AddedNode> added_nodes() = 0;

    /// Cuts (false) or restores (true) the link to a node, given by its name or address; nothing:
    /// leaves it. A cut link has no connections in either direction until it is restored or the
    /// program ends. The error is a text for the user.
    virtual Result<LinkInfo, std::string> set_link(const std::string& peer,
                                                   std::optional<bool> up) = 0;
    [[nodiscard]] virtual std::vector<LinkInfo> links() = 0;

    /// Ends the connections to the addresses of `subnet`, and refuses new ones in both directions
    /// until then; nothing: for -bantime. Peers with the permission noban may connect again. A ban
    /// of the same range that ends later stays as it is.
    virtual void ban(const wire::Subnet& subnet, std::optional<BlockTime> until) = 0;
    /// False if exactly this range was not banned.
    virtual bool unban(const wire::Subnet& subnet) = 0;
    virtual void clear_bans() = 0;
    /// The bans that have not ended, sorted by their ranges.
    [[nodiscard]] virtual std::vector<Ban> bans() = 0;

    /// False if there is no such peer.
    virtual bool disconnect(const std::string& address) = 0;
    virtual bool disconnect(std::int64_t id) = 0;
    /// True if headers with more work than the tip have been known for limits::lacking_blocks_delay
    /// and no peer has their blocks.
    [[nodiscard]] virtual bool lacks_blocks() = 0;
    /// Requests a block from a peer, whether it is needed or not. The error is a text for the user.
    virtual Result<void, std::string> fetch_block(std::int64_t peer,
                                                  const chain::BlockEntry& entry) = 0;
    /// Sends a message with any contents, for tests. False if there is no such peer, or its
    /// handshake is not done.
    virtual bool send_message(std::int64_t peer, const std::string& command, Bytes payload) = 0;
    /// The address book, in random order.
    [[nodiscard]] virtual std::vector<KnownAddress> known_addresses() = 0;
    /// Adds an address to the book, as if its node had announced itself; with `has_worked`, as if
    /// this node had also been connected to it. False if it is known already, cannot be reached
    /// over the internet, or has no room.
    virtual bool add_address(const wire::Endpoint& address, bool has_worked) = 0;
    /// Sends a ping to the peers whose handshake is done.
    virtual void ping() = 0;
    /// Moves the timers of this module forward by `time`, except those of new connections, and runs
    /// what is due then.
    virtual void advance_timers(std::chrono::seconds time) = 0;

    [[nodiscard]] virtual bool is_network_active() = 0;
    virtual void set_network_active(bool active) = 0;

    /// Announces a transaction that is in the mempool.
    virtual void announce(const Txid& txid, const Wtxid& wtxid) = 0;
};

}  // namespace daler::sync
