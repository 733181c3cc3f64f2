#pragma once

#include <daler/coins/undo.h>
#include <daler/primitives/block.h>

#include <span>

namespace daler::index {

/// Parameters of the Golomb-coded set of the basic filter (BIP 158): one false match in 784,931.
inline constexpr unsigned golomb_bits = 19;
inline constexpr std::uint64_t inverse_false_positive_rate = 784'931;

/// Encodes the set of `elements` (repeated ones count once) for the block `hash`: the number of
/// elements, then the differences of their sorted hashes.
[[nodiscard]] Bytes golomb_set(std::vector<ByteSpan> elements, const BlockHash& hash);

/// Whether a set of `golomb_set` for the block `hash` has one of `elements`: certainly not, if
/// false. If it is damaged, what follows the damage does not count.
[[nodiscard]] bool golomb_set_may_contain(ByteSpan set, const BlockHash& hash,
                                          std::span<const ByteSpan> elements);

/// The basic filter of a block (BIP 158): the output scripts that it creates, except OP_RETURN and
/// empty ones, and the scripts that it spends, except empty ones.
[[nodiscard]] Bytes basic_filter(const Block& block, const BlockHash& hash,
                                 const coins::BlockUndo& undo);

/// The filter header, which commits to a filter and all filters before it (BIP 157). `previous` is
/// zero for genesis.
[[nodiscard]] Hash256 filter_header(ByteSpan filter, const Hash256& previous);

}  // namespace daler::index
