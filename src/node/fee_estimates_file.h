#pragma once

#include <daler/ledger/ledger.h>
#include <daler/storage/file_system.h>

#include <filesystem>

namespace daler::node {

/// fee_estimates.dat. It is written when a block comes an hour after it was written last, and when
/// `write` is called. Blocks are what changes it.
class FeeEstimatesFile final : public ledger::LedgerObserver {
public:
    static constexpr std::string_view name = "fee_estimates.dat";

    /// `folder`: of the chain. The references must outlive the ledger.
    FeeEstimatesFile(storage::FileSystem& files, const std::filesystem::path& folder,
                     const Clock& clock)
        : files_(files), file_(folder / name), clock_(clock), written_(clock.now()) {}

    /// Makes the ledger's mempool estimate fees, with what the file has. It begins anew if the file
    /// is missing, damaged or, unless `accepts_stale`, older than 60 hours.
    void start(ledger::Ledger& ledger, bool accepts_stale);
    /// Throws StorageError.
    void write();
    /// The last write: transactions that wait count as failed. Throws StorageError.
    void finish();

    void tip_changed(const std::shared_ptr<const chain::ChainView>&) override;

private:
    [[nodiscard]] fees::Estimator load(bool accepts_stale) const;
    void write_from(const ledger::State& state);

    storage::FileSystem& files_;
    const std::filesystem::path file_;
    const Clock& clock_;
    ledger::Ledger* ledger_ = nullptr;
    BlockTime written_;  ///< ledger thread; when, or when the node started
};

}  // namespace daler::node
