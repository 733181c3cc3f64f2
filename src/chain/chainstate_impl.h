#pragma once

#include <daler/coins/coin_cache.h>
#include "block_store.h"
#include "connect_block.h"
#include "index_database.h"
#include "script_checks.h"
#include "stop_watch.h"

#include <daler/chain/chainstate.h>
#include <daler/storage/file_lock.h>
#include <daler/util/published.h>

#include <boost/unordered/unordered_flat_set.hpp>

#include <chrono>
#include <deque>
#include <map>
#include <set>

namespace daler::chain {

/// The best candidate last: most work, then first seen.
struct LessPreferred {
    bool operator()(const BlockEntry* a, const BlockEntry* b) const {
        if (a->chainwork != b->chainwork) return a->chainwork < b->chainwork;
        const auto first = a->data_sequence.load();
        const auto second = b->data_sequence.load();
        if (first != second) return first > second;
        return a > b;
    }
};

// Orders of arrival. Blocks that the user prefers count downwards from the tip found at start.
inline constexpr std::uint64_t start_tip_sequence = std::uint64_t{1} << 32;

/// How long one step of a flush that somebody wants to see the end of may take.
inline constexpr std::chrono::milliseconds a_while{40};

/// The milliseconds after which the ledger lets others have their turn.
inline constexpr double longest_turn = 10;

/// Who waits for the verdict on a block, and what to tell if it is good.
struct Waiting {
    Chainstate::SubmitHandler done;
    Submitted submitted;
};

/// A block that is stored, and can be opened when those below it are.
struct PendingBlock {
    BlockRef block;  ///< null if it must be read again
    std::vector<Waiting> waiting{};
};

/// A block that has changed the overlay, but whose scripts are still being checked.
struct OpenBlock {
    BlockEntry* entry;
    BlockRef block;
    Connectable connectable;
    coins::CoinOverlay::Layer layer;
    std::shared_ptr<ScriptChecks> scripts;  ///< null if they need no check
    std::vector<Waiting> waiting;
    double opening_time = 0;  ///< milliseconds, for the log

    [[nodiscard]] bool has_verdict() const { return !scripts || scripts->has_ended(); }
};

/// The state behind Chainstate, and the one place that changes it. Its functions live in files
/// named after what they do.
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

    std::unique_ptr<storage::FileSystem> own_files;  ///< in memory
    storage::FileSystem& files;
    std::optional<storage::FileLock> lock;

    BlockIndex index;
    std::optional<BlockStore> store;
    std::optional<IndexDatabase> index_database;
    std::optional<coins::CoinDatabase> coin_database;
    std::optional<coins::CoinCache> coins;

    /// The blocks on top of the tip that are open, and what they do to the coins.
    std::deque<OpenBlock> open_blocks;
    std::size_t open_bytes = 0;
    std::optional<coins::CoinOverlay> overlay;
    std::map<const BlockEntry*, PendingBlock> pending;
    StopWatch turn;        ///< the time since others had theirs
    bool goes_on = false;  ///< `advance` broke off because its turn was over
    std::function<void()> wake;

    BlockEntry* genesis = nullptr;
    BlockEntry* tip = nullptr;
    BlockEntry* best_header = nullptr;
    bool initial_download = true;
    /// Blocks that could be the tip: their chains' data are all here, none is known to be bad, and
    /// they have at least as much work as the tip.
    std::set<BlockEntry*, LessPreferred> candidates;
    /// Blocks with enough work that lack blocks below them which were pruned: tried again when a
    /// block comes.
    boost::unordered_flat_set<BlockEntry*> incomplete;
    const BlockEntry* warned_of = nullptr;  ///< cannot be reached: the log says so once
    /// Blocks that are here although one below them is not, by their parents.
    std::multimap<const BlockEntry*, BlockEntry*> unlinked;
    std::uint64_t next_data_sequence = start_tip_sequence + 1;
    std::uint64_t next_preferred_sequence = start_tip_sequence - 1;

    std::vector<Listener*> listeners;
    Published<const ChainView> view;
    const BlockEntry* published_tip = nullptr;  ///< what `view` shows
    const BlockEntry* published_best_header = nullptr;

    /// Entries that differ from their records.
    boost::unordered_flat_set<BlockEntry*> changed;
    /// Of those, the ones that never had a record, in the order in which they came.
    std::vector<BlockEntry*> unrecorded;
    std::size_t unrecorded_without_data = 0;
    /// Entries whose block has come, sometime. Read by any thread.
    std::atomic<std::size_t> known_blocks{0};
    std::chrono::steady_clock::time_point last_sync = std::chrono::steady_clock::now();

    // accept.cpp
    consensus::Verdict accept_header(const BlockHeader& header, const BlockHash& hash,
                                     BlockTime now, BlockEntry** entry);
    void submit(const BlockRef& block, SubmitHandler done);
    Submitted submit(const BlockRef& block);
    /// Those of a block that is pending or open; null for others.
    std::vector<Waiting>* waiting_for(const BlockEntry* entry);
    /// Checks `block`, and takes its bytes over: into the store, or where they lie already.
    Submitted accept_block(const BlockRef& block, const BlockHash& hash, BlockTime now,
                           std::optional<FilePosition> stored, ByteSpan stored_bytes);
    void received_block(BlockEntry& entry, const Block& block, FilePosition position,
                        ByteSpan bytes);
    /// Gives a block whose ancestors are all here its place, and those that waited for it.
    void link(BlockEntry& entry);
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
    /// Opens the blocks up to the best candidate. A reorganisation goes on until it has won,
    /// however long that takes.
    void advance(Pace pace);
    BlockEntry* best_candidate();
    /// Whether the world knows of blocks that are disconnected now.
    bool is_reorganising() const;
    void go_back_to(const BlockEntry& fork, const BlockEntry& target);
    void disconnect_tip();
    bool scripts_needed(const BlockEntry& entry) const;
    void mark_failed(BlockEntry& entry);
    void settle();
    void publish();
    bool stopping() const { return options.stop && *options.stop; }

    // pipeline.cpp
    /// Where the next block goes: the tip, or the newest open block.
    BlockEntry* newest();
    bool is_window_full() const;
    bool is_oldest_ready() const;
    /// Keeps a stored block at hand until `advance` comes to it.
    void offer(const BlockEntry& entry, const BlockRef& block);
    /// Tells those who wait for blocks that will not be opened.
    void release_pending();
    /// Checks all but scripts, and lets the workers begin with those.
    void open_block(BlockEntry& entry, PendingBlock pending);
    /// Waits for the verdict on the oldest open block; makes it the tip, or gives up all of them.
    void close_oldest();
    void wait_for_oldest();
    /// Closes those whose verdicts are known.
    void close_ready();
    void confirm_oldest();
    void reject(BlockEntry& entry, const consensus::Rejection& rejection);
    void reject_oldest(script::ScriptError error);
    std::deque<OpenBlock> take_open_blocks();
    /// Leaves no block open: what reads or changes the chain as a whole starts with this.
    void finish();
    bool help();
    void abandon();
    void answer(const std::vector<Waiting>& waiting, const consensus::Verdict& verdict);

    // invalidate.cpp
    bool invalidate(BlockEntry& entry);
    void reconsider(BlockEntry& entry);
    void prefer(BlockEntry& entry);
    void derive_failed_ancestors();
    void find_best_header();
    void find_candidates();

    // flush.cpp
    void mark_changed(BlockEntry& entry) { changed.insert(&entry); }
    void record_headers_before(const BlockEntry& entry);
    void record_headers();
    void write_index();
    void start_flush();
    /// True when all is written; waits for that, but not longer than `patience`, unless memory
    /// would grow without end.
    bool continue_flush(std::chrono::milliseconds patience);
    void flush();
    void maintain();
    void maintain_coins();

    // startup.cpp
    void open();
    void open_databases();
    void load_index();
    void refuse_future_tip() const;
    /// Blocks that were accepted before segwit held for them were not checked by its rules.
    void refuse_blocks_before_segwit() const;
    [[nodiscard]] bool has_unindexed_blocks(std::span<const IndexDatabase::Record> records);
    void forget_headers_without_blocks(std::vector<IndexDatabase::Record>& records);
    void load_entries();
    void refuse_blocks_without_index() const;
    void check_files() const;
    void make_genesis();
    void choose_start_tip();

    // recovery.cpp
    /// Where the indexed part of each block file ends.
    std::map<std::uint32_t, std::uint64_t> indexed_ends() const;
    void cut_undo_tails();
    void scan_tail();
    bool scan_tail_of(std::uint32_t file, std::uint64_t from);
    void repair_coins();
    void roll_forward(const BlockEntry& entry);
    void roll_back(const BlockEntry& entry);

    // verify.cpp
    struct Inspection {
        bool is_complete = true;  ///< all blocks were looked at as thoroughly as wished
        std::string damage;       ///< what was found, with its remedy; empty: nothing
    };
    Inspection inspect(int level, Height count);
    /// Levels 0 to 3. Gives the block above which the coins fit.
    const BlockEntry& look_back(int level, Height count, Inspection& result);
    /// Takes back the blocks above `from` and connects them again, scripts and all. What is wrong,
    /// or nothing.
    std::string connect_again(const BlockEntry& from);
    void verify_last_blocks();

    // prune.cpp
    bool has_pruned = false;         ///< some blocks that we had are gone
    bool look_for_files = true;      ///< the files have changed since the last look
    FilePosition last_stored{0, 0};  ///< where the last block went
    void note_growth(FilePosition position);
    std::function<Height()> prune_limit;  ///< empty: pruning is not allowed yet
    [[nodiscard]] bool over_prune_target() const;
    [[nodiscard]] bool prune_due() const;
    [[nodiscard]] Height highest_prunable() const;
    [[nodiscard]] std::vector<std::uint32_t> prunable_files(Height limit) const;
    void prune_if_due();
    void remove_files(const std::set<std::uint32_t>& chosen);
    void prune(Height height);
    /// At start: whether blocks are gone, and whether we can live with that.
    void check_pruning();
    /// Before a rebuild: files behind a gap hold blocks that cannot be connected.
    void forget_detached_files();
    /// Whether the tip could move to `target`.
    [[nodiscard]] bool has_blocks_above_fork(const BlockEntry& target);
    /// Its data are here, or were, and will not be needed again.
    [[nodiscard]] bool is_settled(const BlockEntry& entry) const;
    void retry_incomplete();

    // reindex.cpp
    enum class Rebuild : std::uint8_t {
        none,
        coins,   ///< throw away the coins, connect all blocks again
        start,   ///< throw away index, coins and undo data, read the block files
        resume,  ///< as before, but an earlier run has thrown away what had to go
    };
    Rebuild rebuild = Rebuild::none;
    [[nodiscard]] std::filesystem::path rebuild_marker() const;
    Rebuild wanted_rebuild();
    void forget_undo_files();
    void reindex();
    void end_rebuild();
};

/// The index hands out constant entries; only the ledger thread, which is here, may change them.
inline BlockEntry& writable(const BlockEntry& entry) {
    return const_cast<BlockEntry&>(entry);
}

}  // namespace daler::chain
