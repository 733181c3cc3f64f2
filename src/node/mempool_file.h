#pragma once

#include <daler/ledger/ledger.h>
#include <daler/storage/file_system.h>

#include <atomic>
#include <filesystem>

namespace daler::node {

/// mempool.dat: the mempool over restarts.
class MempoolFile {
public:
    static constexpr std::string_view name = "mempool.dat";

    /// `folder`: of the chain. `files` must stay. `is_version_1`: written without a key, as Bitcoin
    /// Core did before version 26.
    MempoolFile(storage::FileSystem& files, const std::filesystem::path& folder, bool is_version_1)
        : files_(files), file_(folder / name), is_version_1_(is_version_1) {}

    /// Throws StorageError.
    void write(const mempool::SavedMempool& saved) const;
    /// Writes what the mempool has; returns the path. Throws StorageError.
    std::string save(ledger::Ledger& ledger) const;
    /// Submits the transactions of the file to the mempool; it may refuse some. A missing file is
    /// not an error, a damaged one is logged as a warning. Ends early if `stop` is set.
    void load(ledger::Ledger& ledger, const std::atomic<bool>& stop) const;

private:
    storage::FileSystem& files_;
    const std::filesystem::path file_;
    const bool is_version_1_;
};

}  // namespace daler::node
