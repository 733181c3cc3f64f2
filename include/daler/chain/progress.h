#pragma once

#include <daler/chain/block_index.h>

namespace daler {
struct ChainParams;
}

namespace daler::chain {

/// An estimate of the share of the chain that has been verified up to `tip`, from 0 to 1. On chains
/// of a known pace it comes from the number of transactions and from the time, else (private
/// chains, custom signets) from the number of headers.
[[nodiscard]] double verification_progress(const BlockEntry& tip, const BlockEntry& best_header,
                                           const ChainParams& params, BlockTime now);

}  // namespace daler::chain
