#pragma once

#include <daler/chain/block_index.h>
#include <daler/chain/chain_view.h>
#include <daler/chain/savepoint.h>
#include <daler/coins/coin_stats.h>
#include <daler/coins/undo.h>
#include <daler/consensus/check_block.h>
#include <daler/script/interpreter.h>
#include <daler/util/clock.h>
#include <daler/util/thread_pool.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

namespace leveldb {
class Env;
}

namespace daler {
struct ChainParams;
}

namespace daler::script {
class BoundedSignatureCache;
}

namespace daler::chain {

class StoredBlock;

class Branch;

/// Is called after each change of the best chain, in order, on the ledger thread.
class ChainObserver {
public:
    virtual ~ChainObserver() = default;
    virtual void block_connected(const BlockEntry& entry, const BlockRef& block,
                                 const std::shared_ptr<const coins::BlockUndo>& undo) = 0;
    virtual void block_disconnected(const BlockEntry& entry, const BlockRef& block) = 0;
    /// A stored block was found to be invalid when it was to be connected.
    virtual void block_refused(const BlockEntry&, const consensus::Rejection&) {}
    /// The chain has settled on a new tip (after all connects and disconnects of one
    /// reorganisation).
    virtual void tip_changed(const std::shared_ptr<const ChainView>& view) = 0;
    /// The chain has returned to a savepoint: these entries are not in the index any more (see
    /// BlockEntry::is_forgotten). The tip was changed before.
    virtual void blocks_forgotten(const std::vector<const BlockEntry*>&) {}
};

struct ChainOptions {
    std::filesystem::path folder;          ///< <datadir>/<chain>: holds blocks/ and chainstate/
    std::filesystem::path blocks_folder;   ///< for block and undo files; empty: blocks/ in `folder`
    bool in_memory = false;                ///< nothing on disk: for tests and temporary nodes
    std::size_t cache_bytes = 450u << 20;  ///< for coins, LevelDB's own caches included (-dbcache)
    int check_blocks = 6;                  ///< how many blocks to verify at start (-checkblocks)
    /// How thoroughly (-checklevel): 0 read, 1 whole, 2 undo data, 3 coins, 4 connect again.
    int check_level = 3;
    bool reindex = false;
    bool reindex_chainstate = false;
    /// -prune: remove old blocks once all files take more bytes than this; 0: only when asked.
    std::optional<std::uint64_t> prune_target;
    Height prune_after = 1000;    ///< shorter chains are not pruned
    bool small_files = false;     ///< -fastprune: block files of 64 KiB
    bool random_xor_key = false;  ///< -blocksxor: a random key for new block files; zeros otherwise
    /// -dbcrashratio: the process ends at once, with exit code 99, after one in so many slices of a
    /// flush; slices are made small so that there are some.
    unsigned crash_ratio = 0;
    std::chrono::seconds sync_interval{60};  ///< the longest time between two flushes
    std::chrono::seconds max_tip_age{24 * 60 * 60};
    /// Start also if the tip is further ahead of chain time than a new block may be. Otherwise such
    /// a tip means that the computer's date is wrong.
    bool trust_tip_time = false;
    std::optional<U256> minimum_chain_work;      ///< instead of the chain's
    std::optional<BlockHash> assume_valid;       ///< instead of the chain's
    storage::FileSystem* file_system = nullptr;  ///< instead of the real one: tests
    leveldb::Env* database_env = nullptr;        ///< likewise, for the databases
    /// Once set, long work (rebuilding, connecting many blocks) ends early, in a good state.
    const std::atomic<bool>* stop = nullptr;
};

/// The result of submitting a block.
struct Submitted {
    /// Accepted: it is stored; if it is on the best chain now it is also fully valid. Rejected:
    /// why.
    consensus::Verdict verdict;
    bool is_new = false;         ///< false: its data was known before
    bool was_connected = false;  ///< all its rules were checked, scripts included (now or earlier)
    const BlockEntry* entry = nullptr;  ///< null if its header was refused
};

/// The best chain and its coins; the only writer of blocks/ and chainstate/. Ledger thread only,
/// except where a member says otherwise. Disk trouble: StorageError.
class Chainstate {
public:
    /// Opens or creates the state, repairs what a crash left, checks the last blocks and connects
    /// what is known. Throws StorageError that names the file and the remedy. `clock`, `workers`,
    /// `cache` must outlive it.
    Chainstate(const ChainParams& params, ChainOptions options, const Clock& clock,
               ThreadPool& workers, script::BoundedSignatureCache* cache);
    ~Chainstate();  ///< does not flush: call `flush` for an orderly end

    void add_observer(ChainObserver& observer);

    /// Puts `header` into the index if it is valid by itself and at its place in the chain.
    /// `*entry` is set if it is known afterwards. Reasons: previous_not_found, bad_previous,
    /// duplicate_invalid, and those of header_rules.h.
    [[nodiscard]] consensus::Verdict accept_header(const BlockHeader& header,
                                                   const BlockEntry** entry = nullptr);

    /// Headers of a peer have been passed to `accept_header`; `is_all`: it has no more. On private
    /// chains this decides about ChainView::initial_download: the download runs while the tip is
    /// more than 144 blocks below the best header, and is over when a peer has shown all its
    /// headers and the tip is not that far behind. Elsewhere the age of the tip decides.
    void note_peer_headers(bool is_all);

    /// Checks and stores `block`, and connects it if its chain has the most work. A block that was
    /// pruned counts as known.
    [[nodiscard]] Submitted submit(const BlockRef& block);

    /// Is called once with the result, on the ledger thread. Null: there will be no result, because
    /// the disk has failed.
    using SubmitHandler = std::function<void(const Submitted*)>;
    /// As above, but returns when the block is stored, so that the next one can be submitted while
    /// the workers are busy with it. Verdicts come in order, now or in a later call of any member.
    /// Without a `wake` it waits for the oldest verdict when many blocks are open.
    void submit(const BlockRef& block, SubmitHandler done);
    /// Checks a few scripts of the open blocks on this thread. Returns false if none is left to
    /// check.
    bool help();
    /// `wake` is called, on any thread, when `maintain` has work to do.
    void set_wake(std::function<void()> wake);
    /// After a StorageError: gives up the open blocks.
    void abandon();

    /// Checks what `submit` checks of a block on top of the tip, proof of work only if
    /// `check_proof_of_work`. Stores nothing. For templates. Reason::bad_previous if the block does
    /// not build on the tip.
    [[nodiscard]] consensus::Verdict test_block(const BlockRef& block, bool check_proof_of_work);

    /// Begins a branch in memory at `first`, a block of the best chain. Null if that needs blocks
    /// that were pruned. Its memory grows with what lies above `first`.
    [[nodiscard]] std::unique_ptr<Branch> begin_branch(const BlockEntry& first);

    /// Treats the block and all above it as invalid until `reconsider`; reorganises. Returns
    /// false if that needs blocks that were pruned.
    bool invalidate(const BlockHash& hash);
    void reconsider(const BlockHash& hash);
    /// Prefers this block among those of equal work.
    void prefer(const BlockHash& hash);

    /// The present state. Closes the open blocks, and makes safe from a power cut what `return_to`
    /// needs.
    [[nodiscard]] Savepoint savepoint();
    /// Why the chain cannot return there: blocks that it needs were pruned, or the savepoint is not
    /// of this chain, or a later one than an earlier `return_to` went back to.
    [[nodiscard]] Result<void, std::string> can_return_to(const Savepoint& savepoint) const;
    /// Disconnects and connects blocks as in a reorganisation, then forgets all that came after
    /// the savepoint: neither a restart nor -reindex brings it back, and the same blocks may come
    /// again as new ones. Marks of `invalidate`, `reconsider` and `prefer` are as they were. What
    /// was pruned stays so. After a crash the next start finds the state before or the state after.
    /// Does nothing if the chain is there already. Requires: `can_return_to`.
    void return_to(const Savepoint& savepoint);

    /// The unspent coin at `outpoint`, if there is one on the best chain.
    [[nodiscard]] std::optional<consensus::Coin> coin(const OutPoint& outpoint);

    /// Closes the open blocks, then writes all changes to disk, safe from a power cut. With `sync`
    /// false it writes only what a crash of the process would lose: headers whose blocks are not
    /// known yet (the kernel already has the rest).
    void flush(bool sync = true);
    /// Gives the verdicts that are known, and starts or continues a flush if the cache is full or
    /// the interval is over, for at most about 50 ms. The owner calls it regularly.
    void maintain();
    /// False if `maintain` has nothing to do before the interval is over.
    [[nodiscard]] bool needs_maintenance() const;

    /// The current view. Any thread.
    [[nodiscard]] std::shared_ptr<const ChainView> view() const;
    /// Any thread (see BlockIndex).
    [[nodiscard]] const BlockIndex& index() const;
    /// How many headers are known whose blocks never came. Any thread.
    [[nodiscard]] std::size_t headers_without_blocks() const;
    [[nodiscard]] const ChainParams& params() const;

    /// Reads a stored block and compares it with its checksum. Any thread. Null if it is not
    /// stored; StorageError if its file is damaged.
    [[nodiscard]] BlockRef read_block(const BlockEntry& entry) const;
    /// The same as bytes. The blocks that were asked for last stay in memory (see StoredBlocks), so
    /// that the checksum is compared once.
    [[nodiscard]] std::shared_ptr<const StoredBlock> stored_block(const BlockEntry& entry) const;
    /// The stored bytes, compared with their checksum. Any thread. Empty if it is not stored.
    [[nodiscard]] Bytes read_block_bytes(const BlockEntry& entry) const;
    [[nodiscard]] std::optional<coins::BlockUndo> read_undo(const BlockEntry& entry) const;

    /// Bytes of all block and undo files. Any thread.
    [[nodiscard]] std::uint64_t size_on_disk() const;
    /// Bytes the coin cache takes now.
    [[nodiscard]] std::size_t cache_usage() const;

    /// Takes a step of at most about 50 ms towards a snapshot of the coins. Call it with the same
    /// `begun`, which is false at first, until the result is not null.
    [[nodiscard]] std::unique_ptr<coins::CoinSnapshot> snapshot_coins(bool& begun);
    /// Flushes, then reads all coins. Blocks the ledger thread.
    [[nodiscard]] coins::CoinStats coin_stats(coins::CoinsHash kind);

    /// Looks at the last `count` blocks (0: all) as thoroughly as `level` says (see
    /// ChainOptions::check_level). True if all of them were checked and are right. Damage goes to
    /// the log.
    [[nodiscard]] bool verify(int level, Height count);

    /// Until this is called no block is pruned. `limit`, called on this thread, gives the height up
    /// to which others no longer need blocks. An empty one forbids pruning again.
    void allow_pruning(std::function<Height()> limit);
    /// Removes the files whose blocks are all at or below `height` and more than 288 below the tip.
    /// Requires: ChainOptions::prune_target is set.
    void prune(Height height);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace daler::chain
