#pragma once

#include <daler/chain/chain_view.h>
#include <daler/chain/stored_block.h>
#include <daler/coins/undo.h>
#include <daler/encoding/json_writer.h>
#include <daler/primitives/address_format.h>

namespace daler::rpc {

/// Writes the members that show a header and its place in the chain: all of getblockheader.
void write_header(JsonWriter& out, const chain::BlockEntry& entry, const chain::ChainView& view);

/// Writes the members strippedsize, size and weight.
void write_sizes(JsonWriter& out, const chain::StoredBlock& block);

/// Writes the array of the ids of all transactions.
void write_txids(JsonWriter& out, const chain::StoredBlock& block);

/// Writes the array of all transactions. `undo` gives fees and, with `show_prevouts`, the spent
/// outputs; null if it is not known.
void write_transactions(JsonWriter& out, const chain::StoredBlock& block,
                        const coins::BlockUndo* undo, bool show_prevouts,
                        const AddressFormat& format);

}  // namespace daler::rpc
