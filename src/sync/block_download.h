#pragma once

#include "types.h"

#include <daler/chain/chain_view.h>
#include <daler/wire/limits.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <unordered_map>

namespace daler::sync {

/// Decides which block to request from which peer. Requests a few blocks at a time from each peer,
/// in a window above the last common block. Requests them from another peer if one is slow or
/// disconnects, and names the peers that stall the download. Reads headers from the block index. A
/// pure state machine.
class BlockDownload {
public:
    struct Options {
        U256 minimum_work;  ///< chains with less are not downloaded
        std::chrono::seconds block_spacing{600};
    };
    explicit BlockDownload(Options options) : options_(std::move(options)) {}

    /// Which blocks a peer has: all; only recent ones (BIP 159), so that it disconnects peers that
    /// request older ones; or recent ones and perhaps some older ones.
    enum class Keeps : std::uint8_t { all, recent, recent_and_more };
    /// `trusted`: an outbound peer.
    void add_peer(PeerId peer, Keeps keeps, bool trusted = false);
    /// It has sent a valid block: from now on it is trusted.
    void delivered_valid_block(PeerId peer);
    /// The blocks requested from it can be requested from others.
    void peer_gone(PeerId peer);

    /// `peer` has this block and its ancestors.
    void peer_has(PeerId peer, const chain::BlockEntry& entry);
    /// Entries have left the index, and others have lost their blocks. Requests for them stay open:
    /// the answers are on their way.
    void blocks_forgotten();
    /// The block with the most work that `peer` is known to have; null if none.
    [[nodiscard]] const chain::BlockEntry* best_known(PeerId peer) const;
    /// The last block that `peer` and our download have in common; null if unknown.
    [[nodiscard]] const chain::BlockEntry* last_common(PeerId peer) const;

    /// The blocks to request from `peer` now, lowest first. They count as requested.
    [[nodiscard]] std::vector<const chain::BlockEntry*> take_requests(PeerId peer,
                                                                      const chain::ChainView& view,
                                                                      Time now);

    /// The blocks to request from `peer` now because it has just announced `last`: the missing
    /// blocks up to it, independent of other announcements of the peer. Nothing if they are many,
    /// or if `last` has less work than the tip. They count as requested.
    [[nodiscard]] std::vector<const chain::BlockEntry*> take_announced(
        PeerId peer, const chain::BlockEntry& last, const chain::ChainView& view, Time now);

    /// The user wants this block from `peer`, whether it is needed or not. It counts as requested.
    /// False if it is requested from this peer already.
    bool take_wanted(PeerId peer, const chain::BlockEntry& entry, Time now);

    /// `peer` has sent a copy of the block. Until `settled` or `copy_rejected` the block is not
    /// requested again. True if it had been requested from `peer`.
    bool arrived(PeerId peer, const BlockHash& hash, Time now);
    /// The block is stored or known to be invalid: it is not needed any more.
    void settled(const BlockHash& hash);
    /// This copy is bad, but the block may be valid: it can be requested again. Requests to other
    /// peers stay open.
    void copy_rejected(const BlockHash& hash);
    /// `peer` does not have the block. It is requested from it again only after
    /// limits::not_here_age or if the peer announces it; if the block is older than those it must
    /// keep, only if the peer announces it.
    void not_found(PeerId peer, const BlockHash& hash, Time now);

    /// We have not read from `peer`: its timeouts start again.
    void restart_timeouts(PeerId peer, Time now);
    /// A block has been connected: the stall timeout becomes shorter again.
    void progressed();
    /// Peers that stall the whole window, or do not send requested blocks.
    [[nodiscard]] std::vector<PeerId> stallers(Time now);

    [[nodiscard]] std::vector<Height> in_flight(PeerId peer) const;
    [[nodiscard]] bool is_requested(const BlockHash& hash) const { return asked_.contains(hash); }
    /// False if no request is open and no received block waits for its verdict.
    [[nodiscard]] bool is_busy() const { return !asked_.empty(); }
    [[nodiscard]] std::chrono::milliseconds stall_timeout() const { return stall_timeout_; }

private:
    struct PeerState {
        Keeps keeps = Keeps::all;
        bool trusted = false;
        /// When it sent notfound.
        boost::unordered_flat_map<BlockHash, Time, PlainHasher> not_here;
        const chain::BlockEntry* best_known = nullptr;
        const chain::BlockEntry* last_common = nullptr;
        std::vector<const chain::BlockEntry*> in_flight;  ///< in the order of the requests
        Time last_progress{};  ///< when its first block in flight was requested, or the block
                               ///< before it arrived
        Time last_block{};     ///< when it last sent a requested block
        std::optional<Time> stalling_since;
    };
    struct Asker {
        PeerId peer;
        Time since;
    };
    struct Asked {
        std::vector<Asker> peers;
        [[nodiscard]] bool has(PeerId peer) const {
            return std::ranges::find(peers, peer, &Asker::peer) != peers.end();
        }
        int being_checked = 0;  ///< copies that wait for a verdict
    };
    struct Scan;

    void release(PeerId peer, const BlockHash& hash);
    void ask(PeerId peer, const chain::BlockEntry& entry, Time now);
    void scan_window(PeerId peer, const chain::ChainView& view, Time now, Scan& scan);
    [[nodiscard]] bool may_help(PeerId peer, const Asked& asked, Time now) const;
    [[nodiscard]] bool is_promised(PeerId peer, const chain::BlockEntry& block, Time now) const;

    Options options_;
    std::map<PeerId, PeerState> peers_;
    std::unordered_map<BlockHash, Asked, PlainHasher> asked_;
    std::chrono::milliseconds stall_timeout_{wire::limits::stall_timeout};
};

}  // namespace daler::sync
