#pragma once

#include <daler/ledger/ledger.h>
#include <daler/storage/file_system.h>

#include <filesystem>

namespace daler::node {

/// fee_estimates.dat. It is written when a block comes an hour after it was written last, and when
/// `write` is called. Blocks are what changes it.
class FeeEstimatesFile final : public ledger::LedgerObserver {
public:
    /// The references must outlive the ledger.
    FeeEstimatesFile(storage::FileSystem& files, std::filesystem::path file, const Clock& clock)
        : files_(files), file_(std::move(file)), clock_(clock), written_(clock.now()) {}

    /// What the file has; a new estimator if it is missing, damaged or, unless `accepts_stale`,
    /// older than 60 hours.
    [[nodiscard]] fees::Estimator load(bool accepts_stale) const;
    /// The ledger whose estimates are written. Begins to observe it.
    void follow(ledger::Ledger& ledger);
    /// Throws StorageError.
    void write();

    void tip_changed(const std::shared_ptr<const chain::ChainView>&) override;
    void block_connected(const chain::BlockEntry&, const BlockRef&) override {}
    void block_disconnected(const chain::BlockEntry&, const BlockRef&) override {}
    void transaction_added(const TransactionRef&, Amount, std::int64_t, std::uint64_t) override {}
    void transaction_removed(const TransactionRef&, mempool::RemovalReason,
                             std::uint64_t) override {}

private:
    void write_from(const ledger::State& state);

    storage::FileSystem& files_;
    const std::filesystem::path file_;
    const Clock& clock_;
    ledger::Ledger* ledger_ = nullptr;
    BlockTime written_;  ///< ledger thread; when, or when the node started
};

}  // namespace daler::node
