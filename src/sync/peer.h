#pragma once

#include "header_presync.h"
#include "rolling_filter.h"
#include "send_watch.h"
#include "types.h"

#include <daler/net/condition.h>
#include <daler/net/connection.h>
#include <daler/sync/peer_service.h>
#include <daler/sync/permissions.h>
#include <daler/wire/messages.h>

#include <deque>

namespace daler::sync {

/// The state of one connected peer. Net thread only. Shared by its session and the table of peers;
/// it is removed from the table when the session ends.
struct Peer {
    Peer(PeerId the_id, net::ConnectionRef the_connection, ConnectionType the_type,
         const boost::asio::any_io_executor& executor, Random& random)
        : id(the_id),
          connection(std::move(the_connection)),
          type(the_type),
          verdicts(executor),
          known_transactions(wire::limits::known_transactions, random) {}

    [[nodiscard]] bool is_inbound() const { return type == ConnectionType::inbound; }
    [[nodiscard]] bool is_manual() const { return type == ConnectionType::manual; }
    [[nodiscard]] bool may(Permission permission) const {
        return (permissions & permission) == permission;
    }
    [[nodiscard]] bool is_ready() const { return handshake_done && connection->is_open(); }

    template <class M>
    void send(const M& message) {
        connection->send(M::command, wire::encode(message));
    }

    const PeerId id;
    const net::ConnectionRef connection;
    const ConnectionType type;
    std::string name;  ///< host:port as the user wrote it, otherwise of the socket
    std::uint32_t permissions = 0;
    BlockTime connected_at{};
    bool is_reading = false;  ///< we wait for its next message
    bool is_foreign = false;  ///< it runs another chain

    // Handshake.
    std::uint64_t our_nonce = 0;
    bool got_version = false;
    bool handshake_done = false;
    std::chrono::steady_clock::time_point ready_since{};
    Time handshake_deadline{};
    std::int32_t version = 0;
    std::uint64_t services = 0;
    std::string user_agent;
    std::string node_name;   ///< -nodename of the peer; may be empty
    std::string listens_at;  ///< HOST:PORT, if it has connected to us and tells where it listens
    std::uint64_t node_nonce = 0;  ///< the same in all its version messages; 0: not known
    std::int32_t start_height = -1;
    std::int64_t time_offset = 0;  ///< seconds that its clock is ahead of ours; saturates
    std::string seen_as;           ///< our address as the peer sees it
    bool wants_wtxids = false;
    bool wants_addrv2 = false;
    bool wants_headers = false;
    bool wants_transactions = false;
    bool high_bandwidth_from = false;

    // Pings. Round trips are measured with the real clock, timeouts with the node's.
    std::uint64_t ping_nonce = 0;  ///< 0: no ping is unanswered
    Time pinged_at{};
    std::chrono::steady_clock::time_point pinged_at_real{};
    std::optional<std::chrono::microseconds> ping;
    std::optional<std::chrono::microseconds> min_ping;

    SendWatch send_watch;

    // Headers and blocks. BlockDownload knows which blocks it has.
    std::optional<Time> headers_asked_at;
    /// The time of its first header that was refused because it is from the future.
    std::optional<BlockTime> future_header;
    int unconnected_headers = 0;    ///< messages in a row whose headers connect to no known header
    BlockHash unknown_parent;       ///< of the first header in the last of these messages
    int same_unknown_parent = 0;    ///< how many of these messages in a row began there
    bool headers_ended = false;     ///< it has sent its last header
    BlockHash unknown_block;        ///< it has this block, whose header we do not have yet
    bool waits_for_blocks = false;  ///< its headers are stored only when blocks have arrived
    /// Blocks requested from it whose headers are not stored.
    std::vector<BlockHash> asked_without_headers;
    const chain::BlockEntry* best_header_sent = nullptr;
    BlockHash continue_at;  ///< last hash of our answer to getblocks; when the peer requests it, it
                            ///< gets the tip's hash
    std::optional<HeaderPresync> presync;
    BlockTime last_block{};
    std::size_t open_blocks = 0;  ///< submitted, but without a verdict yet
    std::size_t open_block_bytes = 0;
    net::Condition verdicts;

    // Transactions.
    RollingFilter known_transactions;  ///< it has these, so they are not announced to it
    std::deque<Hash256> to_announce;   ///< wtxids if it wants them, else txids
    Time next_announcement{};
    std::uint64_t announced_up_to = 0;  ///< arrival number; later transactions are not served to it
    Amount fee_filter;                  ///< satoshis per 1000 virtual bytes
    Amount fee_filter_sent{-1};
    BlockTime last_transaction{};

    // Addresses.
    bool asked_for_addresses = false;  ///< it has sent getaddr
    bool address_relay = false;
    double address_tokens = 1;
    Time address_tokens_at{};
    std::uint64_t addresses_processed = 0;
    std::uint64_t addresses_rate_limited = 0;
};

using PeerRef = std::shared_ptr<Peer>;

}  // namespace daler::sync
