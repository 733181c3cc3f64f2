#pragma once

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
    std::map<PeerId, PeerRef> peers{};
    PeerId next_id = 0;
    bool stopping = false;
    std::chrono::seconds timers_ahead{0};  ///< how far `mockscheduler` moved them

    /// True on private chains without -strictregtest: they do without the delays that protect
    /// privacy and bandwidth on public networks.
    [[nodiscard]] bool skips_delays() const { return params.is_private && !options.strict; }
    [[nodiscard]] Time now() const { return clock.now_ms() + timers_ahead; }
    [[nodiscard]] std::shared_ptr<const chain::ChainView> view() const { return ledger.view(); }
    [[nodiscard]] const chain::BlockEntry* find(const BlockHash& hash) const {
        return ledger.chain().index().find(hash);
    }
    /// True if we accept transactions from `peer`.
    [[nodiscard]] bool takes_transactions(const Peer& peer) const {
        return peer.type != ConnectionType::block_relay_only &&
               (!options.blocks_only || peer.may(permission_relay));
    }
    /// True if the chain is far behind: then transactions and announcements are useless.
    [[nodiscard]] bool is_catching_up() const {
        return !skips_delays() && view()->initial_download();
    }
};

/// How a peer appears in the log.
[[nodiscard]] inline std::string label(const Peer& peer) {
    return fmt::format("peer {} ({})", peer.id, peer.name);
}

}  // namespace daler::sync
