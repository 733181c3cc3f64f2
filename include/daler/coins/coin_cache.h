#pragma once

#include <daler/coins/coin_database.h>
#include <daler/util/thread_pool.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <vector>

namespace daler::coins {

/// The unspent coins at `best_block`: changes and recently used coins in memory, in front of the
/// database. Ledger thread.
///
/// A flush freezes the changes and writes them in slices, on the one thread of `writer_`, because
/// LevelDB makes a writer wait for its compactions. Meanwhile a new table in front of the frozen
/// one takes the changes. The memory of written segments is freed, or taken over, one by one.
class CoinCache {
public:
    /// `budget`: the bytes that `is_full` compares with.
    CoinCache(CoinDatabase& database, std::size_t budget);

    /// The coin at `outpoint`, if it is unspent. Remembers what it reads from the database.
    [[nodiscard]] std::optional<consensus::Coin> find(const OutPoint& outpoint);
    /// Reads those of these coins that are only in the database, on all workers at once, so that
    /// `find` does not wait for one after the other.
    void prefetch(std::span<const OutPoint> outpoints, ThreadPool& workers);
    /// As find, but remembers nothing: for coins that are probably not there.
    [[nodiscard]] bool has(const OutPoint& outpoint) const;

    /// Removes the coin. False if there is none.
    bool spend(const OutPoint& outpoint);
    /// Adds a coin that is not there, or, with `overwrite`, whether there is one or not.
    void add(const OutPoint& outpoint, const TxOutput& output, Height height, bool is_coinbase,
             bool overwrite = false);

    [[nodiscard]] const BlockHash& best_block() const { return best_block_; }
    void set_best_block(const BlockHash& hash) { best_block_ = hash; }

    /// `wake` is called, on another thread, when `write_slices` can continue without waiting.
    void set_wake(std::function<void()> wake) { wake_ = std::move(wake); }
    /// True from `start_flush` until `write_slices` has written all.
    [[nodiscard]] bool is_flushing() const { return flush_ != nullptr; }
    /// Whether anything here is not in the database.
    [[nodiscard]] bool has_changes() const { return best_block_ != stored_best_block_; }
    /// Freezes the changes. Requires that no flush is under way.
    void start_flush();
    /// Continues the flush. True when all is in the database. Waits for the disk, but not longer
    /// than `limit`. After an exception it can be called again, and continues where it was.
    bool write_slices(std::chrono::milliseconds limit);
    /// Writes everything, in as many slices as needed, and keeps the marker of an interrupted
    /// flush. For the repair of such a flush, whose memory is bounded, too.
    void write_through(const CoinDatabase::Heads& heads);

    /// The number of coins, spent ones that are not written yet among them.
    [[nodiscard]] std::size_t size() const;
    /// Bytes on the heap.
    [[nodiscard]] std::size_t memory_usage() const;
    [[nodiscard]] bool is_full() const { return memory_usage() >= budget_; }
    /// So full that new changes during a flush should be slowed down.
    [[nodiscard]] bool is_overfull() const { return memory_usage() > budget_ + budget_ / 2; }
    /// So full that some of it must be written before anything is added.
    [[nodiscard]] bool is_bursting() const { return memory_usage() > 2 * budget_; }

private:
    /// What is being written; its records do not change.
    struct Flush {
        CoinTable frozen;
        BlockHash best_block;
        bool keep;            ///< what was written stays in the cache
        bool marked = false;  ///< the database carries the marker of this flush
        /// From the last key to the first: LevelDB finds the place of a new key that comes before
        /// all others at a fraction of the cost of one that comes behind them.
        std::size_t segment = CoinTable::segment_count;  ///< that is being written
        std::vector<CoinSegment::Change> changes{};      ///< of it that are to be written
        std::size_t retired = CoinTable::segment_count;  ///< from here on all is in the database
        CoinDatabase::Slice slice{};
        bool is_last = false;         ///< the slice ends the flush
        std::future<void> written{};  ///< valid while the writer has the slice
    };

    /// The changed record at `place`, unspent or spent, or null.
    [[nodiscard]] const CoinRecord* find_record(const CoinPlace& place) const;
    static bool fill(Flush& flush, std::size_t slice_size);
    void start_writing();
    void retire_written();

    CoinDatabase& database_;
    const std::size_t budget_;
    const OutPointHasher hasher_;
    BlockHash best_block_;
    BlockHash stored_best_block_;
    CoinTable active_;
    std::function<void()> wake_;
    std::unique_ptr<Flush> flush_;
    ByteWriter value_;      ///< of `add`, kept for its memory
    ThreadPool writer_{1};  ///< the last member: it ends before what it writes does
};

}  // namespace daler::coins
