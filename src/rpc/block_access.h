#pragma once

#include <daler/chain/chain_view.h>
#include <daler/ledger/ledger.h>
#include <daler/rpc/method.h>

namespace daler::rpc {

/// The block with this hash, or -5 "Block not found".
[[nodiscard]] const chain::BlockEntry& find_block(const ledger::Ledger& ledger,
                                                  const BlockHash& hash);

/// The block that an argument names by its hash, or by its height on the best chain. -8 if the
/// height is out of range, -5 if there is no such block.
[[nodiscard]] const chain::BlockEntry& block_by_hash_or_height(const Call& call, std::size_t i);

/// A stored block / the coins it spent. -1 if they are not there, and why.
[[nodiscard]] BlockRef read_available_block(const ledger::Ledger& ledger,
                                            const chain::BlockEntry& entry);
[[nodiscard]] chain::BlockUndo read_available_undo(const ledger::Ledger& ledger,
                                                   const chain::BlockEntry& entry);
/// Throws what the above do if the block's data are not there.
void require_block_data(const chain::BlockEntry& entry);

/// The highest block of the best chain that is not wholly here any more.
[[nodiscard]] std::optional<Height> last_pruned(const chain::ChainView& view);

// Parts of the blockchain methods, each in its own file.
[[nodiscard]] std::vector<Method> block_methods();        ///< headers and blocks
[[nodiscard]] std::vector<Method> block_stats_methods();  ///< fees and sizes in a block
[[nodiscard]] std::vector<Method> coin_methods();         ///< the coin set
[[nodiscard]] std::vector<Method> index_methods();        ///< optional indexes
[[nodiscard]] std::vector<Method> upkeep_methods();       ///< verifying and pruning
[[nodiscard]] std::vector<Method> tip_methods();          ///< choosing and awaiting the tip
[[nodiscard]] std::vector<Method> deployment_methods();   ///< rules that come into force

}  // namespace daler::rpc
