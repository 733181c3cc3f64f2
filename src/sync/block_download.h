#pragma once

#include "types.h"

#include <daler/chain/chain_view.h>
#include <daler/wire/limits.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <unordered_map>

namespace daler::sync {

/// Decides which block to ask from whom. Keeps each peer busy with a few blocks inside a window
/// above the last block in common, asks somebody else when a peer is slow or goes, and names the
/// peers that hold everybody up. Knows headers only through the block index. A pure state machine.
class BlockDownload {
public:
    struct Options {
        U256 minimum_work;  ///< chains with less are not downloaded
        std::chrono::seconds block_spacing{600};
    };
    explicit BlockDownload(Options options) : options_(std::move(options)) {}

    /// What a peer keeps: all blocks; recent ones only (BIP 159), and then either it hangs up on
    /// whoever asks for older ones, or it serves those that it still has.
    enum class Keeps : std::uint8_t { all, recent, recent_and_more };
    /// `trusted`: we have chosen it ourselves.
    void add_peer(PeerId peer, Keeps keeps, bool trusted = false);
    /// It has delivered a block that was valid: from now on it is trusted.
    void delivered_valid_block(PeerId peer);
    /// What it was asked for becomes free for others.
    void peer_gone(PeerId peer);

    /// `peer` has this block and all below it.
    void peer_has(PeerId peer, const chain::BlockEntry& entry);
    /// The block with the most work that `peer` is known to have; null if none.
    [[nodiscard]] const chain::BlockEntry* best_known(PeerId peer) const;
    /// The last block that `peer` and our download have in common; null if unknown.
    [[nodiscard]] const chain::BlockEntry* last_common(PeerId peer) const;

    /// What to ask `peer` for now, lowest first. Counts as asked.
    [[nodiscard]] std::vector<const chain::BlockEntry*> take_requests(PeerId peer,
                                                                      const chain::ChainView& view,
                                                                      Time now);

    /// What to ask `peer` for now because it has just announced `last`: the few blocks up to it
    /// that are missing, whatever else the peer has announced. Nothing if they are many, or lead to
    /// less work than the tip has. Counts as asked.
    [[nodiscard]] std::vector<const chain::BlockEntry*> take_announced(
        PeerId peer, const chain::BlockEntry& last, const chain::ChainView& view, Time now);

    /// A copy of the block came from `peer`. Until `settled` or `copy_rejected` nobody else is
    /// asked for it. True if `peer` had been asked for it.
    bool arrived(PeerId peer, const BlockHash& hash, Time now);
    /// The block is stored, or known to be invalid: nobody needs to send it any more.
    void settled(const BlockHash& hash);
    /// The copy that came was no good, though the block may be: others are asked. What they were
    /// asked for already stands.
    void copy_rejected(const BlockHash& hash);
    /// `peer` says that it does not have it. It is not asked for it again before
    /// limits::not_here_age, or before it announces it; for blocks older than it promises, never.
    void not_found(PeerId peer, const BlockHash& hash, Time now);

    /// We have not listened to `peer` for a while: its time starts anew.
    void restart_timeouts(PeerId peer, Time now);
    /// A block has been connected: progress makes us less patient again.
    void progressed();
    /// Peers that hold up the whole window, or do not send what they were asked for.
    [[nodiscard]] std::vector<PeerId> stallers(Time now);

    [[nodiscard]] std::vector<Height> in_flight(PeerId peer) const;
    [[nodiscard]] bool is_requested(const BlockHash& hash) const { return asked_.contains(hash); }
    /// False if nobody is asked for anything, and nothing that came waits for its verdict.
    [[nodiscard]] bool is_busy() const { return !asked_.empty(); }
    [[nodiscard]] std::chrono::milliseconds stall_timeout() const { return stall_timeout_; }

private:
    struct PeerState {
        Keeps keeps = Keeps::all;
        bool trusted = false;
        boost::unordered_flat_map<BlockHash, Time, PlainHasher> not_here;  ///< when it said so
        const chain::BlockEntry* best_known = nullptr;
        const chain::BlockEntry* last_common = nullptr;
        std::vector<const chain::BlockEntry*> in_flight;  ///< in the order in which they were asked
        Time last_progress{};  ///< of its first block in flight: when asked, or the block before
                               ///< came
        Time last_block{};     ///< when it sent one that it was asked for
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
        int being_checked = 0;  ///< copies that wait for their verdict
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
