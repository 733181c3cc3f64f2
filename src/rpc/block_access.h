#pragma once

#include <daler/chain/chain_view.h>
#include <daler/chain/stored_block.h>
#include <daler/ledger/ledger.h>
#include <daler/rpc/method.h>

namespace daler::rpc {

/// The block with this hash, or -5 "Block not found".
[[nodiscard]] const chain::BlockEntry& find_block(const ledger::Ledger& ledger,
                                                  const BlockHash& hash);

/// The block that an argument names by its hash, or by its height on the best chain. -8 if the
/// height is out of range, -5 if there is no such block.
[[nodiscard]] const chain::BlockEntry& block_by_hash_or_height(const Call& call, std::size_t i);

/// A stored block, the coins it spent. -1 with the reason if they are not available.
[[nodiscard]] BlockRef read_available_block(const ledger::Ledger& ledger,
                                            const chain::BlockEntry& entry);
/// The same as bytes, from memory if it was asked for recently.
[[nodiscard]] std::shared_ptr<const chain::StoredBlock> read_stored_block(
    const ledger::Ledger& ledger, const chain::BlockEntry& entry);
[[nodiscard]] coins::BlockUndo read_available_undo(const ledger::Ledger& ledger,
                                                   const chain::BlockEntry& entry);

/// The highest block of the best chain whose data or undo data was pruned.
[[nodiscard]] std::optional<Height> last_pruned(const chain::ChainView& view);

}  // namespace daler::rpc
