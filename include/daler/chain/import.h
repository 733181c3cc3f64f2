#pragma once

#include <daler/chain/chainstate.h>

#include <atomic>
#include <filesystem>
#include <functional>

namespace daler {
struct ChainParams;
}

namespace daler::chain {

struct ImportResult {
    std::size_t accepted = 0;
    std::size_t rejected = 0;  ///< damaged or invalid; each has a line in the log
    std::size_t waiting = 0;   ///< whose parent never came
};

/// Passes a block on. Returns when its header is in the index or refused. The handler must be
/// called, later and on another thread if need be.
using SubmitBlock = std::function<void(const BlockRef&, Chainstate::SubmitHandler)>;

/// Reads blocks in Bitcoin's bootstrap framing (magic, size, block; anything between records is
/// skipped) and hands them to `submit`, which is called from this thread only; returns when all
/// verdicts have come. A block whose parent is missing waits for it (bounded memory: waiting blocks
/// are re-read from the file). Each damaged or refused block gives one log line with offset, height
/// (if its parent is known), hash and reason. `height` gives the height of a block whose header is
/// known. Ends early when `stop` is set. Throws StorageError if the file cannot be read.
ImportResult import_blocks(const std::filesystem::path& file, const ChainParams& params,
                           const SubmitBlock& submit,
                           const std::function<std::optional<Height>(const BlockHash&)>& height,
                           const std::atomic<bool>& stop);

}  // namespace daler::chain
