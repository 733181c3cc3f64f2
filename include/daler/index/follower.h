#pragma once

#include <daler/chain/chainstate.h>
#include <daler/storage/database.h>

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace daler::index {

/// What all indexes of a node share.
struct IndexOptions {
    std::filesystem::path folder;  ///< <datadir>/<chain>/indexes; each index has a folder in it
    std::size_t cache_bytes = 8u << 20;  ///< of each database
    bool wipe = false;                   ///< delete all records first (-reindex)
    /// Each write is synced to disk: with -prune the blocks that it was made from may be deleted.
    bool sync_writes = false;
    bool in_memory = false;                ///< for tests: no files
    leveldb::Env* database_env = nullptr;  ///< for tests: replaces the operating system's files
    /// Called on the index's thread when the index has failed; the node must then stop.
    std::function<void(const std::string&)> fatal{};
};

/// The progress of an index (getindexinfo).
struct Summary {
    std::string name;
    bool is_synced = false;  ///< it has reached the tip once
    Height best_height = 0;
};

/// What one kind of index records of a block. Called on its Follower's thread.
class Recorder {
public:
    virtual ~Recorder() = default;
    /// True if `record` needs the coins that a block spent.
    [[nodiscard]] virtual bool needs_undo() const = 0;
    /// Adds the records of `block` to `batch`. `undo` is empty for genesis, and if it is not
    /// needed.
    virtual void record(const chain::BlockEntry& entry, const Block& block,
                        const coins::BlockUndo& undo, storage::Database::Batch& batch) = 0;
    /// The block recorded next is a child of `entry`, which was recorded earlier; null: genesis.
    virtual void continue_after(const chain::BlockEntry* entry) = 0;
};

/// Calls a Recorder for the stored blocks of the best chain, on its own thread. After a
/// reorganisation it continues at the fork. Records and progress (a locator) are written in one
/// batch, so that they agree after a crash.
class Follower {
public:
    /// `chain`, `database` and `recorder` must outlive it. Nothing happens before `start`.
    /// Throws StorageError if the blocks that it must read next were pruned.
    Follower(std::string name, const chain::Chainstate& chain, storage::Database& database,
             Recorder& recorder, const IndexOptions& options);
    ~Follower();
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;

    void start();
    /// The chain has changed. Any thread.
    void wake();
    /// Waits until it is synced and the blocks up to the current tip are recorded. False if the
    /// follower stops or has failed. Any thread.
    bool wait_for_tip();
    /// As above, but returns false at once if the tip has not been reached yet.
    bool wait_if_synced();
    /// Ends all waits, current and future, and stops the work after the current block. Any thread.
    void interrupt();

    [[nodiscard]] Summary summary() const;
    /// True if the tip has been reached once.
    [[nodiscard]] bool is_synced() const;
    /// The height of the last block whose records are written; -1 if there is none.
    [[nodiscard]] Height recorded_height() const;

private:
    void run();
    void follow();
    void find_start();
    void refuse_pruned(const chain::BlockEntry* from) const;
    void record(const chain::BlockEntry& entry);
    void write();
    void settle();
    [[nodiscard]] bool stopping() const;

    const std::string name_;
    const chain::Chainstate& chain_;
    storage::Database& database_;
    Recorder& recorder_;
    const bool sync_writes_;
    const std::function<void(const std::string&)> fatal_;

    // Used by the thread only.
    const chain::BlockEntry* at_ = nullptr;  ///< the last block in batch_; null: before genesis
    storage::Database::Batch batch_;
    std::chrono::steady_clock::time_point last_write_{};

    mutable std::mutex mutex_;  ///< guards the rest
    std::condition_variable changed_;
    const chain::BlockEntry* recorded_ = nullptr;  ///< in the database
    bool is_synced_ = false;
    bool is_awake_ = false;  ///< the chain may have changed since the last check
    bool stopping_ = false;
    bool failed_ = false;
    std::thread thread_;
};

/// Opens the database of the index `name` in the subfolder `folder` of options.folder. Throws
/// StorageError, also if another program wrote the database.
[[nodiscard]] std::unique_ptr<storage::Database> open_database(const IndexOptions& options,
                                                               const std::string& name,
                                                               const std::filesystem::path& folder);

}  // namespace daler::index
