#pragma once

#include "coin_cache.h"

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

namespace daler::chain {

/// What one block does to the coins, before it is known to be valid: a thin layer above the cache,
/// which changes only with `apply`.
class BlockCoins {
public:
    BlockCoins(CoinCache& below, const Block& block, Height height);

    /// Takes the coin that an input spends: made earlier in this block, or below. Nothing if there
    /// is none or it was taken already.
    [[nodiscard]] std::optional<consensus::Coin> spend(const OutPoint& outpoint);
    /// Makes the outputs of the block's transaction number `index` available to those behind it.
    void add_outputs(std::size_t index);

    /// Changes the cache. `overwrite_coinbase`: the coinbase repeats an earlier one (BIP 30's two
    /// exceptions).
    void apply(bool overwrite_coinbase);

private:
    CoinCache& below_;
    const Block& block_;
    Height height_;
    boost::unordered_flat_map<Txid, std::size_t, PlainHasher> created_;  ///< id -> index
    boost::unordered_flat_set<OutPoint, OutPointHasher> spent_;
    boost::unordered_flat_set<OutPoint, OutPointHasher> spent_inside_;  ///< of created_
};

}  // namespace daler::chain
