#pragma once

#include "ban_list.h"
#include "links.h"
#include "peer.h"

#include <daler/ledger/ledger.h>
#include <daler/primitives/chain_params.h>
#include <daler/sync/options.h>
#include <daler/util/log.h>
#include <daler/util/random.h>
#include <daler/util/thread_pool.h>

#include <map>

namespace daler::sync {

namespace asio = boost::asio;
namespace limits = wire::limits;

/// What the parts of this module share. Net thread only, except the constants.
struct Context {
    ledger::Ledger& ledger;
    const ChainParams& params;
    const Clock& clock;
    ThreadPool& workers;
    const SyncOptions options;
    asio::any_io_executor executor;

    Random random{};
    Links links{};  ///< those that the user has cut
    BanList bans{};
    /// In all version messages of this node, on private networks.
    std::uint64_t node_nonce = random.next();
    std::uint16_t listen_port = 0;  ///< 0: the node does not listen
    std::map<PeerId, PeerRef> peers{};
    PeerId next_id = 0;
    bool stopping = false;
    std::chrono::seconds timers_ahead{0};  ///< how far `mockscheduler` moved them

    /// True on private chains without -strictregtest: they do without the delays that protect
    /// privacy and bandwidth on public networks.
    [[nodiscard]] bool skips_delays() const { return params.is_private; }
    [[nodiscard]] Time now() const { return clock.now_ms() + timers_ahead; }
    [[nodiscard]] std::shared_ptr<const chain::ChainView> view() const { return ledger.view(); }
    [[nodiscard]] const chain::BlockEntry* find(const BlockHash& hash) const {
        return ledger.chain().index().find(hash);
    }
    /// On networks of the user's own, version messages tell which node sends them.
    [[nodiscard]] bool tells_who_it_is() const { return !params.is_public(); }
    /// True if we accept transactions from `peer`.
    [[nodiscard]] bool takes_transactions(const Peer& peer) const {
        return peer.type != ConnectionType::block_relay_only &&
               peer.type != ConnectionType::feeler &&
               (!options.blocks_only || peer.may(permission_relay));
    }
    /// True if the chain is far behind: then transactions and announcements are useless.
    [[nodiscard]] bool is_catching_up() const {
        return !skips_delays() && view()->initial_download();
    }
};

/// What a connection tells about the node at its other end.
[[nodiscard]] inline LinkEnd link_end(const Peer& peer) {
    LinkEnd end;
    end.name = peer.node_name;
    end.socket = peer.connection->remote().to_text();
    if (!peer.is_inbound()) end.addresses = {peer.name, end.socket};
    if (!peer.listens_at.empty()) end.addresses.push_back(peer.listens_at);
    end.nonce = peer.node_nonce;
    end.is_connected = peer.connection->is_open();
    end.is_inbound = peer.is_inbound();
    return end;
}

/// How a peer appears in the log.
[[nodiscard]] inline std::string label(const Peer& peer) {
    return fmt::format("peer {} ({})", peer.id, peer.name);
}

}  // namespace daler::sync
