#pragma once

#include <daler/config/chain_file.h>

#include <atomic>
#include <filesystem>

namespace daler::node {

/// Makes the chain of a chain file ready to use: finds the nonce of its genesis block and puts the
/// block into `params`. What it was at the first start is remembered in blocks/chain.json below
/// `folder`; if the file says something else by now, the error names the first field that differs.
/// The search takes minutes at worst and ends early, with an error, when `stop` is set. Disk
/// trouble: StorageError.
[[nodiscard]] Result<void, std::string> settle_private_chain(const config::ChainFile& file,
                                                             const std::filesystem::path& folder,
                                                             BlockTime now,
                                                             const std::atomic<bool>& stop,
                                                             ChainParams& params);

}  // namespace daler::node
