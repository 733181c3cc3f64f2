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
    std::filesystem::path folder;  ///< <datadir>/<chain>/indexes; each has one of its own in it
    std::size_t cache_bytes = 8u << 20;  ///< of each database
    bool wipe = false;                   ///< start again from nothing (-reindex)
    /// Everything written is safe from a power cut at once: with -prune the blocks it was made from
    /// may be gone.
    bool sync_writes = false;
    bool in_memory = false;                ///< no disk at all: tests
    leveldb::Env* database_env = nullptr;  ///< instead of the operating system's files: tests
    /// Called, on the index's thread, when its disk fails; the node must then stop.
    std::function<void(const std::string&)> fatal{};
};

/// Where an index stands (getindexinfo).
struct Summary {
    std::string name;
    bool is_synced = false;  ///< it has once reached the tip
    Height best_height = 0;
};

/// What one kind of index does with a block. Called on its Follower's thread.
class Recorder {
public:
    virtual ~Recorder() = default;
    /// Whether `record` wants to know the coins that a block spent.
    [[nodiscard]] virtual bool wants_undo() const = 0;
    /// Adds to `batch` what is to be known of `block`. `undo` is empty for genesis, and unless it
    /// is wanted.
    virtual void record(const chain::BlockEntry& entry, const Block& block,
                        const coins::BlockUndo& undo, storage::Database::Batch& batch) = 0;
    /// The block recorded next is a child of `entry`, which was recorded earlier; null: genesis.
    virtual void continue_after(const chain::BlockEntry* entry) = 0;
};

/// Leads a Recorder along the best chain, on a thread of its own: backwards where the chain was
/// reorganised, forwards by reading stored blocks. Records and progress (a locator) are written
/// together, so that whatever the process dies of, they agree at the next start.
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
    /// Waits until everything up to the present tip is recorded. False if that will not come to
    /// pass, because the follower stops or has failed. Any thread.
    bool wait_for_tip();
    /// As above, but false at once while the tip has never been reached yet.
    bool wait_if_synced();
    /// Ends all waits, now and to come, and the work after the block at hand. Any thread.
    void interrupt();

    [[nodiscard]] Summary summary() const;
    /// Whether the tip has been reached once.
    [[nodiscard]] bool is_synced() const;
    /// The height of the last block that is recorded safely; -1 if there is none.
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

    // The thread's own.
    const chain::BlockEntry* at_ = nullptr;  ///< what batch_ leads to; null: before genesis
    storage::Database::Batch batch_;
    std::chrono::steady_clock::time_point last_write_{};

    mutable std::mutex mutex_;  ///< guards the rest
    std::condition_variable changed_;
    const chain::BlockEntry* recorded_ = nullptr;  ///< in the database
    bool is_synced_ = false;
    bool is_awake_ = false;  ///< the chain may have changed since the last look
    bool stopping_ = false;
    bool failed_ = false;
    std::thread thread_;
};

/// Opens the database of the index `name` in `folder` below the options' one. Throws StorageError,
/// among others when it is another program's.
[[nodiscard]] std::unique_ptr<storage::Database> open_database(const IndexOptions& options,
                                                               const std::string& name,
                                                               const std::filesystem::path& folder);

}  // namespace daler::index
