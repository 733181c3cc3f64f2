#pragma once

#include <daler/util/result.h>

#include <filesystem>
#include <string>
#include <vector>

namespace daler {
struct ChainParams;
}

namespace daler::wallet {

/// What was moved between two formats of wallet files.
struct ConvertedWallet {
    std::size_t descriptors = 0, transactions = 0;
    bool is_encrypted = false;
    std::vector<std::string> left_out{};  ///< what the other format does not hold, for the user
};

/// Writes the wallet file `from` of daler as the new file `to` in the format of Bitcoin Core's
/// descriptor wallets. No other process may have `from` open; a file of an older version is
/// upgraded. The error is for the user, also if the disk fails. Sealed keys stay sealed.
[[nodiscard]] Result<ConvertedWallet, std::string> export_core_wallet(
    const std::filesystem::path& from, const std::filesystem::path& to, const ChainParams& params);

/// Writes Bitcoin Core's descriptor wallet `from`, which is not changed, as the new wallet file
/// `to` of daler, and makes the folders above it. The error is for the user.
[[nodiscard]] Result<ConvertedWallet, std::string> import_core_wallet(
    const std::filesystem::path& from, const std::filesystem::path& to, const ChainParams& params);

}  // namespace daler::wallet
