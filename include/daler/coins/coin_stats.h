#pragma once

#include <daler/consensus/check_transaction.h>
#include <daler/storage/database.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

namespace daler::coins {

class CoinDatabase;

/// The bytes of a coin that the hashes over coin sets cover: outpoint, origin, output.
[[nodiscard]] Bytes hashed_form(const OutPoint& outpoint, const consensus::Coin& coin);
/// A size of a coin that does not depend on the database (Bitcoin Core's `bogosize`).
[[nodiscard]] std::uint64_t bogo_size(const TxOutput& output);

enum class CoinsHash : std::uint8_t { none, serialized_3, muhash };

/// Totals over all unspent coins (gettxoutsetinfo).
struct CoinStats {
    Height height = 0;
    BlockHash best_block;
    std::uint64_t outputs = 0;
    std::uint64_t transactions = 0;  ///< with unspent outputs
    std::uint64_t bogo_size = 0;     ///< see above
    std::uint64_t disk_size = 0;     ///< estimate of the database
    Amount total;
    Hash256 hash;  ///< hash_serialized_3 or muhash (displayed reversed)
};

/// The unspent coins as of one block. Later blocks do not change it. Any thread. Must end
/// before its database.
class CoinSnapshot {
public:
    /// Requires: no flush of `database` is under way. `height`: of its best block.
    CoinSnapshot(const CoinDatabase& database, Height height);

    [[nodiscard]] const BlockHash& best_block() const { return best_block_; }
    [[nodiscard]] Height height() const { return height_; }
    /// Calls `visit` for every coin, in outpoint order, until it returns false.
    void for_each(const std::function<bool(const OutPoint&, const consensus::Coin&)>& visit) const;
    /// Walks over all coins. Nothing if `stop` is set meanwhile.
    [[nodiscard]] std::optional<CoinStats> stats(CoinsHash kind,
                                                 const std::atomic<bool>* stop = nullptr) const;

private:
    const CoinDatabase* database_;
    BlockHash best_block_;
    Height height_;
    std::unique_ptr<storage::Database::Snapshot> snapshot_;
};

}  // namespace daler::coins
