#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// The most memory, work and waiting that a peer can cause. For each bound a test stays at it and
/// goes one beyond, with three exceptions: `orphans_weight` cannot be exceeded, because two other
/// bounds imply it; `feelers` is a slot that stays free; `connect_timeout` is real time, and the
/// test waits for a hundredth of it. `contrib/check_limits.py` fails if a name is in no test, or
/// not in `doc/limits.md`, which has the bounds of the whole node.
namespace daler::wire::limits {

// One message.
inline constexpr std::uint32_t message_bytes = 4'000'000;  ///< payload of any message
inline constexpr std::size_t inventory_items = 50'000;     ///< inv, getdata, notfound
inline constexpr std::size_t headers = 2'000;              ///< headers
inline constexpr std::size_t addresses = 1'000;            ///< addr, addrv2
inline constexpr std::size_t address_bytes = 512;          ///< one address of any network (BIP 155)
inline constexpr std::size_t locator_hashes = 101;         ///< getheaders, getblocks
inline constexpr std::size_t user_agent_bytes = 256;       ///< version
inline constexpr std::size_t node_name_bytes = 32;         ///< version: a node's name (-nodename)
inline constexpr std::size_t getblocks_hashes = 500;  ///< block hashes in an answer to getblocks

// One connection.
inline constexpr std::size_t send_queue_bytes = 1'000'000;  ///< then we stop reading that peer
/// Blocks of one peer that may wait for their verdict before we stop reading that peer.
inline constexpr std::size_t open_blocks = 16;
inline constexpr std::size_t open_block_bytes = 8'000'000;  ///< of these blocks together
inline constexpr std::size_t transactions_at_once = 32;     ///< submitted to the mempool together
inline constexpr std::chrono::seconds connect_timeout{5};   ///< name lookup included; real time
/// Unless -peertimeout says otherwise.
inline constexpr std::chrono::seconds handshake_timeout{60};
inline constexpr std::chrono::minutes ping_interval{2};  ///< after the last ping was sent
/// A peer that we read from is disconnected if it does not answer a ping for this long.
inline constexpr std::chrono::minutes ping_timeout{20};
/// A peer is disconnected if it takes none of the bytes that wait for it for this long.
inline constexpr std::chrono::minutes send_timeout{20};

// All connections.
inline constexpr std::size_t connections = 125;  ///< unless -maxconnections says otherwise
/// Connections that we make on public chains. Inbound peers may not use their slots.
inline constexpr std::size_t full_relay_outbound = 8;
inline constexpr std::size_t block_relay_outbound = 2;  ///< the same, for blocks alone
/// Another slot that inbound peers may not use, as in Bitcoin Core; we make no feeler connections.
inline constexpr std::size_t feelers = 1;
/// Addresses of peers that broke the rules; when they are full the older half is forgotten.
inline constexpr std::size_t discouraged_addresses = 50'000;

// Headers.
/// A peer that was asked for headers is not asked again for this long, unless it answers.
inline constexpr std::chrono::minutes headers_response_time{2};
/// While we are far behind: how long the one peer that is asked for headers may send none.
inline constexpr std::chrono::minutes headers_sync_timeout{15};
inline constexpr int anti_dos_blocks =
    144;  ///< forks with less work than tip - 144 blocks are not stored
inline constexpr std::uint32_t presync_commitment_period = 615;  ///< headers per bit that we keep
inline constexpr std::size_t presync_lookahead = 14'827;  ///< headers checked before one is stored
inline constexpr int unconnected_headers =
    10;  ///< messages in a row that we answer with getheaders
inline constexpr std::size_t headers_to_announce = 8;  ///< new blocks; more are announced by inv
/// Headers without blocks that are kept on private chains, where headers need almost no work. The
/// headers of one more message may be added.
inline constexpr std::size_t headers_without_blocks = 50'000;

// Blocks.
inline constexpr std::size_t blocks_in_flight = 16;  ///< per peer
inline constexpr int block_window = 1'024;           ///< above the last block in common
inline constexpr std::size_t block_askers = 3;  ///< peers asked for the same block at the same time
/// A peer that was asked for a block this long ago, and sent nothing, does not count as asked.
inline constexpr std::chrono::seconds block_asker_timeout{10};
/// A peer that stalls the download of all later blocks is disconnected after this long, ...
inline constexpr std::chrono::seconds stall_timeout{2};
/// ... and after up to this long if our own connection seems to be slow.
inline constexpr std::chrono::seconds max_stall_timeout{64};
/// Unrequested blocks further above the tip than this are ignored.
inline constexpr int unrequested_block_distance = 288;
/// A peer that said it does not have a block is not asked for it again for this long.
inline constexpr std::chrono::minutes not_here_age{2};
/// Stored blocks whose senders are remembered until they are connected.
inline constexpr std::size_t unproven_blocks = 1'024;
/// How long no peer has the blocks of a better chain before the user is told.
inline constexpr std::chrono::seconds lacking_blocks_delay{10};
/// A peer that keeps only recent blocks (BIP 159) is asked for this many from its tip at most.
inline constexpr int limited_peer_blocks = 288;

// Transactions.
inline constexpr std::size_t announcements =
    5'000;  ///< per peer, waiting to be requested or answered; none with the relay permission
inline constexpr std::size_t requests_in_flight = 100;  ///< per peer; a busier one is asked later
inline constexpr std::size_t transactions_per_getdata = 1'000;  ///< that we ask for in one message
/// Inventory items (inv, getdata, notfound) that are processed before other peers are served.
inline constexpr std::size_t items_per_turn = 500;
/// Transactions that the ledger is asked for at a time.
inline constexpr std::size_t transactions_per_job = 100;
/// A peer that was asked for a transaction has this long before another peer is asked.
inline constexpr std::chrono::seconds request_timeout{60};
// Not on private chains: how much later a peer is asked that ...
inline constexpr std::chrono::seconds inbound_delay{2};  ///< ... has connected to us
inline constexpr std::chrono::seconds txid_delay{2};     ///< ... announces by txid, others don't
inline constexpr std::chrono::seconds busy_delay{2};     ///< ... has `requests_in_flight` open
inline constexpr std::size_t orphans = 100;              ///< of all peers (-maxorphantx)
inline constexpr std::int64_t orphan_weight = 400'000;   ///< weight units of one
/// Weight units of all orphans. If there are more, the peer with the largest share loses one.
inline constexpr std::int64_t orphans_weight = 40'400'000;
inline constexpr std::chrono::minutes orphan_expiry{20};
// The next three are remembered by fingerprint; when they are full the older half is forgotten.
inline constexpr std::size_t known_transactions =
    50'000;  ///< per peer: it has them, they are not announced to it
inline constexpr std::size_t rejected_transactions = 120'000;  ///< by wtxid, and as many by txid
inline constexpr std::size_t confirmed_transactions = 48'000;  ///< txids and wtxids
inline constexpr std::size_t transactions_per_inv = 1'000;     ///< that we announce in one message
inline constexpr std::size_t pending_announcements = 50'000;   ///< per peer
inline constexpr std::chrono::minutes unbroadcast_interval{10};  ///< a random part is added
inline constexpr std::chrono::minutes fee_filter_interval{10};

// Addresses.
inline constexpr double addresses_per_second = 0.1;  ///< of one peer that are processed
inline constexpr double address_bucket = 1'000;      ///< that may come at once after a pause
inline constexpr std::size_t address_book_entries = 4'096;
inline constexpr std::size_t address_book_per_source = 256;  ///< entries sent by one net group
inline constexpr std::size_t address_book_per_group = 64;    ///< entries within one net group
inline constexpr unsigned getaddr_percent = 23;  ///< of the book, in an answer to getaddr
/// How long all peers get the same answer to getaddr; a random part is added.
inline constexpr std::chrono::hours address_sample_age{21};
inline constexpr std::chrono::hours address_sample_jitter{6};  ///< more than the random part

}  // namespace daler::wire::limits
