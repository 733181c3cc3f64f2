#pragma once

#include <daler/chain/block_index.h>
#include <daler/consensus/check_transaction.h>
#include <daler/storage/database.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

namespace daler::chain {

class CoinDatabase;

/// A coin as the hashes over coin sets see it: outpoint, origin, output.
[[nodiscard]] Bytes hashed_form(const OutPoint& outpoint, const consensus::Coin& coin);
/// The size of a coin in a database that nobody has (the field's measure `bogosize`).
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

/// The unspent coins as one block left them, whatever has happened since. Any thread; must end
/// before the Chainstate it came from.
class CoinSnapshot {
public:
    /// For Chainstate, between two flushes.
    CoinSnapshot(const CoinDatabase& database, const BlockEntry& block);

    [[nodiscard]] const BlockEntry& block() const { return *block_; }
    /// Calls `visit` for every coin, in outpoint order, until it returns false.
    void for_each(const std::function<bool(const OutPoint&, const consensus::Coin&)>& visit) const;
    /// Walks over all coins. Nothing if `stop` is set meanwhile.
    [[nodiscard]] std::optional<CoinStats> stats(CoinsHash kind,
                                                 const std::atomic<bool>* stop = nullptr) const;

private:
    const CoinDatabase* database_;
    const BlockEntry* block_;
    std::unique_ptr<storage::Database::Snapshot> snapshot_;
};

}  // namespace daler::chain
