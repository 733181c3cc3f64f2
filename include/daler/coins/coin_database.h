#pragma once

#include <daler/coins/coin_table.h>
#include <daler/consensus/check_transaction.h>
#include <daler/storage/database.h>
#include <daler/util/random.h>

#include <functional>
#include <optional>

namespace daler::coins {

/// The unspent coins on disk: the effect of all blocks up to `best_block`. While a flush is under
/// way it is a mixture of the coins of two blocks, which `head_blocks` names.
///
/// Keys and values are those of Bitcoin Core's chainstate, not obfuscated: 'C' txid varint(index)
/// -> coin; 'B' -> best block; 'H' -> the new and the old block of a flush.
class CoinDatabase {
public:
    /// The exit code of a process that ends on purpose in the middle of a flush.
    static constexpr int crash_exit_code = 99;

    /// `crash_ratio`: the process ends after one write in so many (-dbcrashratio); 0: none.
    CoinDatabase(storage::Database::Options options, unsigned crash_ratio);

    /// The value of a coin, as the codec reads it; good until the next call.
    [[nodiscard]] std::optional<ByteSpan> value(const CoinKey& key) const;
    /// As above, into `value`; false if there is no such coin. Any thread.
    [[nodiscard]] bool read(const CoinKey& key, std::string& value) const {
        return database_.get(key, value);
    }
    /// The coin of a value; `outpoint` for the error.
    [[nodiscard]] consensus::Coin decode(const OutPoint& outpoint, ByteSpan value) const;

    /// Zero in an empty database, and during a flush.
    [[nodiscard]] BlockHash best_block() const;
    struct Heads {
        BlockHash to;    ///< the block whose coins are being written
        BlockHash from;  ///< the block before: zero if the database was empty
    };
    /// The marker of a flush that did not come to its end.
    [[nodiscard]] std::optional<Heads> head_blocks() const;

    /// A part of a flush: coins to remove and coins to add.
    class Slice {
    public:
        /// Adds the state of `coin`, unspent or spent.
        void write(const CoinRecord& coin);
        /// Says that the database is now between two blocks / wholly at one block.
        void mark(const Heads& heads);
        void finish(const BlockHash& best_block);
        /// Approximate bytes.
        [[nodiscard]] std::size_t size() const { return batch_.size(); }
        void clear() { batch_.clear(); }

    private:
        friend class CoinDatabase;
        storage::Database::Batch batch_;
    };
    /// Writes `slice` so that it is safe from a power cut: a later one that survives means that all
    /// before it did.
    void write(const Slice& slice);
    /// The size at which a slice is written, so that a write takes a short time.
    [[nodiscard]] std::size_t slice_size() const { return slice_size_; }

    /// The database as it is now, for `for_each`.
    [[nodiscard]] std::unique_ptr<storage::Database::Snapshot> snapshot() const {
        return database_.snapshot();
    }
    /// Every coin by transaction id, a transaction's coins by index, until `visit` returns false.
    /// Any thread.
    void for_each(const std::function<bool(const OutPoint&, const consensus::Coin&)>& visit,
                  const storage::Database::Snapshot* snapshot = nullptr) const;

    [[nodiscard]] std::uint64_t disk_size() const;

private:
    void crash_perhaps();

    storage::Database database_;
    std::string remedy_;
    unsigned crash_ratio_;
    std::size_t slice_size_;
    Random random_;
    mutable std::string value_;  ///< of `value`, kept for its memory
};

}  // namespace daler::coins
