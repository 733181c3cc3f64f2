#pragma once

#include "block_download.h"
#include "context.h"
#include "header_sync.h"
#include "misbehaviour.h"
#include "unproven_blocks.h"

#include <atomic>

namespace daler::sync {

/// Fetches blocks, hands them to the ledger, serves them and announces new ones.
class BlockExchange {
public:
    BlockExchange(Context& context, BlockDownload& download, HeaderSync& headers,
                  Misbehaviour& misbehaviour)
        : context_(context), download_(download), headers_(headers), misbehaviour_(misbehaviour) {}

    /// Requests missing blocks that `peer` has.
    void request(Peer& peer);
    /// Requests the missing blocks up to `last`, which `peer` has just announced.
    void fetch_announced(Peer& peer, const chain::BlockEntry& last);
    /// Requests this block because the user wants it. The error is for the user.
    Result<void, std::string> fetch_wanted(Peer& peer, const chain::BlockEntry& entry);
    void tick();
    /// See PeerService::lacks_blocks. Any thread.
    [[nodiscard]] bool lacks_source() const { return lacks_source_; }

    // Events of the ledger.
    void block_connected(const chain::BlockEntry& entry) { (void)unproven_.take(entry); }
    void block_refused(const chain::BlockEntry& entry, const consensus::Rejection& rejection);

    /// Asks all peers for headers: what they have may be new to us now.
    void blocks_forgotten();

    /// Submits the block and returns at once; `peer.open_blocks` counts the open verdicts.
    void on_block(const PeerRef& peer, BlockRef block, std::size_t size);

    /// Sends one block, or notfound.
    asio::awaitable<void> serve(PeerRef peer, wire::InventoryItem item);

    /// Announces the new tip to the peers that do not have it.
    void announce_tip(const chain::ChainView& view);

private:
    asio::awaitable<void> submit(PeerRef peer, BlockRef block, BlockHash hash, std::size_t size);
    void conclude(Peer& peer, const chain::Submitted& submitted, const BlockHash& hash);
    void judge(Peer& peer, const consensus::Rejection& rejection, const BlockHash& hash);
    asio::awaitable<void> submit_header(PeerRef peer, BlockHeader header, BlockHash hash,
                                        std::size_t size);
    void verdict_given(Peer& peer, std::size_t size);
    enum class Action : std::uint8_t { drop, store_header, submit };
    [[nodiscard]] Action action_for(Peer& peer, const Block& block, const BlockHash& hash);
    void ask(Peer& peer, const std::vector<const chain::BlockEntry*>& blocks);
    void look_for_sources();
    [[nodiscard]] bool is_beyond_promise(const Peer& peer, const chain::BlockEntry& entry) const;
    void announce_to(Peer& peer, const std::vector<const chain::BlockEntry*>& blocks);
    [[nodiscard]] bool has_header(const Peer& peer, const chain::BlockEntry& entry) const;

    Context& context_;
    BlockDownload& download_;
    HeaderSync& headers_;
    Misbehaviour& misbehaviour_;
    const chain::BlockEntry* last_tip_ = nullptr;
    UnprovenBlocks unproven_;
    std::optional<Time> lacking_since_;
    std::atomic<bool> lacks_source_{false};
};

}  // namespace daler::sync
