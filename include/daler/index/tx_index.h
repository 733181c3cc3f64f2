#pragma once

#include <daler/index/follower.h>

namespace daler::index {

/// Finds the transactions of recorded blocks by txid (-txindex), except the coinbase of genesis,
/// whose output is not a coin. Transactions of blocks that left the best chain are still found. If
/// a block of the best chain contains them, too, that block is returned.
class TxIndex final : Recorder {
public:
    TxIndex(const chain::Chainstate& chain, const IndexOptions& options);

    /// A transaction and where it is.
    struct Found {
        TransactionRef tx;
        const chain::BlockEntry* block;
        std::uint32_t number;  ///< in the block; 0 is the coinbase
    };
    /// Any thread.
    [[nodiscard]] std::optional<Found> find(const Txid& txid) const;

    [[nodiscard]] Follower& follower() { return follower_; }

private:
    bool needs_undo() const override { return false; }
    void record(const chain::BlockEntry& entry, const Block& block, const coins::BlockUndo& undo,
                storage::Database::Batch& batch) override;
    void continue_after(const chain::BlockEntry*) override {}

    const chain::Chainstate& chain_;
    std::unique_ptr<storage::Database> database_;
    Follower follower_;
};

}  // namespace daler::index
