#pragma once

#include <daler/coins/undo.h>
#include <daler/primitives/block.h>

#include <span>

namespace daler::index {

/// Golomb-Rice coded set of the basic filter (BIP 158): one false match in 784,931.
inline constexpr unsigned golomb_bits = 19;
inline constexpr std::uint64_t inverse_false_positive_rate = 784'931;

/// Codes the set of `elements` (repeated ones count once) for the block `hash`: the number of
/// elements, then the differences of their sorted hashes.
[[nodiscard]] Bytes golomb_set(std::vector<ByteSpan> elements, const BlockHash& hash);

/// The basic filter of a block (BIP 158): the output scripts it makes, but for OP_RETURN and empty
/// ones, and those it spends.
[[nodiscard]] Bytes basic_filter(const Block& block, const BlockHash& hash,
                                 const coins::BlockUndo& undo);

/// What commits to a filter and all below it (BIP 157). `previous` is zero for genesis.
[[nodiscard]] Hash256 filter_header(ByteSpan filter, const Hash256& previous);

}  // namespace daler::index
