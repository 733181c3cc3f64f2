#pragma once

#include <daler/coins/muhash.h>
#include <daler/index/follower.h>

namespace daler {
struct ChainParams;
}

namespace daler::index {

/// Totals over the coin set after a block, and how the block changed it.
struct BlockCoinStats {
    Height height = 0;
    std::uint64_t outputs = 0;    ///< unspent
    std::uint64_t bogo_size = 0;  ///< see coins::bogo_size
    Amount total;
    Amount total_unspendable;  ///< made unspendable by the blocks up to this one
    // Of this block only:
    Amount spent;
    Amount coinbase;     ///< spendable outputs of the coinbase
    Amount new_outputs;  ///< those of the other transactions
    Amount unspendable_genesis;
    Amount unspendable_bip30;    ///< coinbases that a later one of the same id overwrote
    Amount unspendable_scripts;  ///< outputs that nothing can spend
    Amount unclaimed;            ///< reward that the miner did not claim
    coins::MuHash::State set{};  ///< of all coins

    [[nodiscard]] Amount unspendable() const {
        return unspendable_genesis + unspendable_bip30 + unspendable_scripts + unclaimed;
    }
    [[nodiscard]] Hash256 muhash() const { return {crypto::sha256(set)}; }

    bool operator==(const BlockCoinStats&) const = default;
};

/// Totals over the coin set after each recorded block (-coinstatsindex). The records of blocks that
/// left the best chain stay.
class CoinStatsIndex final : Recorder {
public:
    CoinStatsIndex(const chain::Chainstate& chain, const IndexOptions& options);

    /// Any thread.
    [[nodiscard]] std::optional<BlockCoinStats> find(const BlockHash& hash) const;

    [[nodiscard]] Follower& follower() { return follower_; }

private:
    bool needs_undo() const override { return true; }
    void record(const chain::BlockEntry& entry, const Block& block, const coins::BlockUndo& undo,
                storage::Database::Batch& batch) override;
    void continue_after(const chain::BlockEntry* entry) override;

    const ChainParams& params_;
    std::unique_ptr<storage::Database> database_;
    BlockCoinStats last_;  ///< of the block recorded last
    Follower follower_;
};

}  // namespace daler::index
