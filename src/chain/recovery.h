#pragma once

#include "block_store.h"

#include <daler/coins/coin_cache.h>

#include <map>

namespace daler::chain {

/// Where the indexed part of each block file ends, by the number of the file.
[[nodiscard]] std::map<std::uint32_t, std::uint64_t> indexed_ends(const BlockIndex& index);

/// Cuts off undo data that no entry names: they are written anew when their blocks are connected
/// again. Throws StorageError if a file is too short.
void cut_undo_tails(const BlockIndex& index, BlockStore& store);

/// Reads a block and its undo data, which must be there. Throws StorageError.
struct ConnectedBlock {
    BlockRef block;
    coins::BlockUndo undo;
};
[[nodiscard]] ConnectedBlock read_connected(const BlockStore& store, const BlockEntry& entry);

/// Throws the StorageError for coins that the block of `entry` cannot have left.
[[noreturn]] void coins_do_not_fit(const BlockEntry& entry);

/// Takes the effect of a block on the coins back, or repeats it, whatever part of it the coins
/// have. No rule is checked. Throws StorageError if the block's data are missing.
void roll_back(coins::CoinCache& coins, const BlockStore& store, const BlockEntry& entry);
void roll_forward(coins::CoinCache& coins, const BlockStore& store, const BlockEntry& entry);

}  // namespace daler::chain
