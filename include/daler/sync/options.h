#pragma once

#include <daler/net/peer_address.h>
#include <daler/primitives/amount.h>
#include <daler/sync/permissions.h>
#include <daler/wire/address.h>
#include <daler/wire/limits.h>

#include <chrono>
#include <string>
#include <vector>

namespace daler::sync {

/// The user agent of this node: "/Satoshi:28.1.0/daler:0.1.0/", or, with comments (BIP 14),
/// "/Satoshi:28.1.0/daler:0.1.0(one; two)/". Peers accept at most wire::limits::user_agent_bytes.
[[nodiscard]] std::string make_user_agent(const std::vector<std::string>& comments);

/// The user's options for the peer-to-peer network.
struct SyncOptions {
    bool listen = true;                   ///< -listen
    std::vector<net::PeerAddress> binds;  ///< -bind; empty: all interfaces, at `port`
    /// -port; nothing: the chain's, 0: the system chooses.
    std::optional<std::uint16_t> port;
    bool connect_only = false;           ///< -connect was given: no other outbound connections
    std::vector<std::string> connect;    ///< -connect=HOST[:PORT]
    std::vector<std::string> add_nodes;  ///< -addnode=HOST[:PORT]
    std::size_t max_connections = wire::limits::connections;  ///< -maxconnections
    std::vector<WhitelistEntry> whitelist;                    ///< -whitelist
    std::vector<std::string> user_agent_comments;             ///< -uacomment
    /// -onlynet: the networks of automatic outbound connections; empty: all.
    std::vector<wire::Network> only_networks;
    bool look_up_names = true;   ///< -dns
    bool network_active = true;  ///< -networkactive
    bool blocks_only = false;    ///< -blocksonly: no transactions from or to peers
    std::size_t max_orphans = wire::limits::orphans;  ///< -maxorphantx
    bool pruned = false;  ///< -prune: this node does not serve old blocks
    /// -minrelaytxfee: the lowest fee rate that the mempool accepts.
    FeeRate min_relay_fee_rate{Amount{1000}};
    std::chrono::seconds handshake_timeout{wire::limits::handshake_timeout};  ///< -peertimeout
    std::chrono::seconds ban_time{24 * 60 * 60};  ///< -bantime: of bans without a time
    Bytes address_book;  ///< the contents of peers.dat; empty if there is none
    Bytes ban_list;      ///< the contents of banlist.json; empty if there is none
};

}  // namespace daler::sync
