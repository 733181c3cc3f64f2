#pragma once

#include <daler/ledger/ledger.h>

#include <atomic>
#include <filesystem>

namespace daler::node {

/// Writes the mempool to `file`. Throws StorageError.
void save_mempool(ledger::Ledger& ledger, const std::filesystem::path& file);

/// Puts what `file` holds into the mempool, transaction by transaction; what no longer fits is left
/// out. A missing file is fine, a damaged one gives a warning in the log. Ends early once `stop` is
/// set.
void load_mempool(ledger::Ledger& ledger, const std::filesystem::path& file,
                  const std::atomic<bool>& stop);

}  // namespace daler::node
