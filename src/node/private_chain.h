#pragma once

#include <daler/config/chain_file.h>
#include <daler/storage/file_system.h>

#include <atomic>
#include <filesystem>

namespace daler::node {

/// Makes the chain of a chain file ready to use: finds the nonce of its genesis block and puts the
/// block into `params`. The first start stores the rules in blocks/chain.json below `folder`; if
/// the chain file differs later, the error names the first field that differs. The search may take
/// minutes. It ends early, with an error, when `stop` is set. Throws StorageError.
[[nodiscard]] Result<void, std::string> prepare_private_chain(
    const config::ChainFile& file, storage::FileSystem& files, const std::filesystem::path& folder,
    BlockTime now, const std::atomic<bool>& stop, ChainParams& params);

}  // namespace daler::node
