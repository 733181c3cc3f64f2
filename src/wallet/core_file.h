#pragma once

#include <daler/wallet/core_wallet.h>

#include "core_records.h"

namespace daler::wallet {

/// The rows of a file of Bitcoin Core in SQLite's format, as `bytes`. The error is for the user;
/// `file` is its name for messages. Throws StorageError if the structure is damaged.
[[nodiscard]] Result<std::vector<CoreRow>, std::string> read_core_rows(
    Bytes bytes, const std::filesystem::path& file, const ChainParams& params);

/// The bytes of a new file with these rows.
[[nodiscard]] Bytes core_file_of(std::span<const CoreRow> rows, const ChainParams& params);

}  // namespace daler::wallet
