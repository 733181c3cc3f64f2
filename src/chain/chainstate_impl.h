#pragma once

#include "block_store.h"
#include "candidates.h"
#include "index_changes.h"
#include "open_blocks.h"
#include "prune_rules.h"
#include "rebuild_marker.h"
#include "stop_watch.h"

#include <daler/chain/chainstate.h>
#include <daler/primitives/chain_params.h>
#include <daler/storage/file_lock.h>
#include <daler/util/published.h>

#include <chrono>
#include <map>
#include <set>

namespace daler::chain {

/// How long one step of a flush may wait for the disk when a caller needs the flush to end.
inline constexpr std::chrono::milliseconds flush_step{40};

/// The milliseconds after which the ledger lets others have their turn.
inline constexpr double longest_turn = 10;

/// The state behind Chainstate, and what changes it as a whole. Each group of functions has the
/// file that is named above it. What has a state of its own is a class of its own: `Candidates`,
/// `OpenBlocks`, `PendingBlocks`, `IndexChanges`, `PruneRules`, `RebuildMarker`.
struct Chainstate::Impl {
    Impl(const ChainParams& params, ChainOptions options, const Clock& clock, ThreadPool& workers,
         script::BoundedSignatureCache* cache);
    ~Impl() { abandon(); }

    const ChainParams params;
    const ChainOptions options;
    const Clock& clock;
    ThreadPool& workers;
    script::BoundedSignatureCache* const cache;
    const U256 minimum_work;
    const BlockHash assume_valid;

    // On disk.
    std::unique_ptr<storage::FileSystem> own_files;  ///< in memory
    storage::FileSystem& files;
    std::optional<storage::FileLock> lock;
    std::optional<BlockStore> store;
    std::optional<IndexDatabase> index_database;
    std::optional<coins::CoinDatabase> coin_database;
    RebuildMarker rebuild_marker;
    std::chrono::steady_clock::time_point last_sync = std::chrono::steady_clock::now();

    // The tree of blocks.
    BlockIndex index;
    IndexChanges changes;
    PruneRules pruning;
    Candidates candidates;
    /// Blocks that are here although one below them is not, by their parents.
    std::multimap<const BlockEntry*, BlockEntry*> unlinked;
    /// Entries whose block has come, sometime. Read by any thread.
    std::atomic<std::size_t> known_blocks{0};
    BlockEntry* genesis = nullptr;
    BlockEntry* tip = nullptr;
    BlockEntry* best_header = nullptr;

    // The coins at the tip, and the blocks above it that are open.
    std::optional<coins::CoinCache> coins;
    std::optional<coins::CoinOverlay> overlay;
    OpenBlocks open_blocks;
    PendingBlocks pending;
    StopWatch turn;                 ///< the time since others had theirs
    bool turn_ended_early = false;  ///< `advance` stopped because its turn was over
    std::function<void()> wake;

    // What others know.
    std::vector<ChainObserver*> observers;
    Published<const ChainView> view;
    const BlockEntry* published_tip = nullptr;  ///< what `view` shows
    const BlockEntry* published_best_header = nullptr;
    bool published_download = true;

    /// Where the initial download stands. Once it is done, it stays so.
    enum class InitialDownload : std::uint8_t {
        unknown,  ///< on a private chain: no peer is known to be far ahead
        running,
        done,
    };
    InitialDownload initial_download =
        params.is_private ? InitialDownload::unknown : InitialDownload::running;

    bool stopping() const { return options.stop && *options.stop; }

    // startup.cpp
    class Startup;

    // accept.cpp
    consensus::Verdict accept_header(const BlockHeader& header, const BlockHash& hash,
                                     BlockTime now, BlockEntry** entry);
    void submit(const BlockRef& block, SubmitHandler done);
    Submitted submit(const BlockRef& block);
    /// Those of a block that is pending or open; null for others.
    std::vector<WaitingCaller>* waiting_for(const BlockEntry* entry);
    /// Its data are here, or were, and will not be needed again.
    [[nodiscard]] bool is_settled(const BlockEntry& entry) const;
    /// Checks `block`, and takes its bytes over: into the store, or where they lie already.
    Submitted accept_block(const BlockRef& block, const BlockHash& hash, BlockTime now,
                           std::optional<FilePosition> stored, ByteSpan stored_bytes);
    void received_block(BlockEntry& entry, const Block& block, FilePosition position,
                        ByteSpan bytes);
    /// Gives a block whose ancestors are all here its place, and those that waited for it.
    void link(BlockEntry& entry);
    /// Says of each block whether its ancestors are all here. Requires: all entries whose block
    /// has come, parents before their children.
    void link_all(std::span<BlockEntry* const> entries);

    // check_whole.cpp
    consensus::Verdict test_block(const BlockRef& block, bool check_proof_of_work);
    /// The rules of connecting, scripts included, on top of the confirmed coins, which stay as they
    /// are. `known` (which may be null) is asked for transactions that need no check.
    Result<Connectable, consensus::Rejection> check_whole(
        const BlockRef& block, const BlockPlace& place, const script::BoundedSignatureCache* known);

    // activation.cpp
    /// Moves the tip to the best candidate and leaves no block open.
    void activate();
    enum class Pace : std::uint8_t {
        turn,  ///< returns when the turn is over, or the workers are busy with all that can be open
        all,   ///< returns when there is nothing more to open
    };
    /// Opens the blocks up to the best candidate. A reorganisation continues until it has won,
    /// however long that takes.
    void advance(Pace pace);
    enum class Step : std::uint8_t {
        open_next,     ///< the next block towards `target`
        go_back,       ///< from the tip to `fork`
        close_oldest,  ///< wait for its verdict
        end_turn,      ///< let others have theirs, then continue
        stop,          ///< nothing to do before a verdict or a block comes
    };
    struct NextStep {
        Step step;
        BlockEntry* target = nullptr;
        const BlockEntry* fork = nullptr;
    };
    /// What brings us nearer to the best candidate. Changes nothing but the set of candidates.
    NextStep next_step(Pace pace);
    BlockEntry* best_candidate();
    /// Whether blocks are disconnected now that the published view still shows.
    bool is_reorganising() const;
    void go_back_to(const BlockEntry& fork, const BlockEntry& target);
    void disconnect_tip();
    bool scripts_needed(const BlockEntry& entry) const;
    void settle();
    void publish();
    void note_peer_headers(bool is_all);
    /// Whether the tip may end the initial download.
    [[nodiscard]] bool has_caught_up() const;

    // pipeline.cpp
    /// Where the next block goes: the tip, or the newest open block.
    BlockEntry& newest() { return open_blocks.empty() ? *tip : open_blocks.newest(); }
    /// Answers those who wait for blocks that will not be opened.
    void release_pending();
    /// Checks all but scripts, and lets the workers begin with those.
    void open_block(BlockEntry& entry);
    /// Waits for the verdict on the oldest open block; makes it the tip, or gives up all of them.
    void close_oldest();
    /// Closes those whose verdicts are known.
    void close_ready();
    void confirm_oldest();
    void log_new_tip() const;
    void record_connected(BlockEntry& entry, const coins::BlockUndo& undo);
    void reject(BlockEntry& entry, const consensus::Rejection& rejection);
    void reject_oldest(script::ScriptError error);
    std::deque<OpenBlock> take_open_blocks();
    /// Leaves no block open: what reads or changes the chain as a whole starts with this.
    void finish();
    void abandon();
    static void answer(std::vector<WaitingCaller> waiting, const consensus::Verdict& verdict);

    // invalidate.cpp
    bool invalidate(BlockEntry& entry);
    void reconsider(BlockEntry& entry);
    void prefer(BlockEntry& entry);
    void mark_failed(BlockEntry& entry);
    void derive_failed_ancestors();
    void find_best_header();
    void find_candidates();

    // return_to.h
    class Return;

    // flush.cpp
    void write_index();
    void start_flush();
    /// Returns true when all is written. Waits for that, but not longer than `patience`, unless
    /// memory would grow without end.
    bool continue_flush(std::chrono::milliseconds patience);
    void end_flush();
    void flush();
    void maintain();
    void maintain_coins();
    [[nodiscard]] bool needs_maintenance() const;

    // prune.cpp
    void prune_if_due();
    void prune(Height height);
    void remove_files(const std::set<std::uint32_t>& chosen);
    [[nodiscard]] Height highest_prunable() const;

    // recovery.cpp
    void scan_tail();
    bool scan_tail_of(std::uint32_t file, std::uint64_t from);
    void repair_coins();

    // verify.cpp
    class Inspection;

    // reindex.cpp
    void reindex();
};

/// The index hands out constant entries; only the ledger thread, which is here, may change them.
inline BlockEntry& writable(const BlockEntry& entry) {
    return const_cast<BlockEntry&>(entry);
}

}  // namespace daler::chain
