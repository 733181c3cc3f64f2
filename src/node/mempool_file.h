#pragma once

#include <daler/ledger/ledger.h>
#include <daler/storage/file_system.h>

#include <atomic>
#include <filesystem>

namespace daler::node {

/// Writes the mempool to `file`. Throws StorageError.
void save_mempool(ledger::Ledger& ledger, storage::FileSystem& files,
                  const std::filesystem::path& file);

/// Submits the transactions in `file` to the mempool one by one; it may refuse some. A missing file
/// is not an error, a damaged one is logged as a warning. Ends early if `stop` is set.
void load_mempool(ledger::Ledger& ledger, storage::FileSystem& files,
                  const std::filesystem::path& file, const std::atomic<bool>& stop);

}  // namespace daler::node
