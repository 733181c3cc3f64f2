#pragma once

#include <daler/chain/chain_view.h>
#include <daler/coins/undo.h>
#include <daler/encoding/json.h>
#include <daler/primitives/address_format.h>

namespace daler::rpc {

/// A header and its place in the chain, as getblockheader shows it.
[[nodiscard]] Json header_json(const chain::BlockEntry& entry, const chain::ChainView& view);

/// How much an answer shows of a block's transactions: getblock's verbosity.
enum class BlockDetail : std::uint8_t { txids = 1, transactions = 2, prevouts = 3 };

/// A block, as getblock shows it. `undo` gives fees and prevouts; null if it is not known.
[[nodiscard]] Json block_json(const chain::BlockEntry& entry, const chain::ChainView& view,
                              const Block& block, const coins::BlockUndo* undo, BlockDetail detail,
                              const AddressFormat& format);

}  // namespace daler::rpc
