#pragma once

#include "coin_cache.h"

#include <daler/chain/undo.h>

namespace daler::chain {

/// What blocks whose scripts are still being checked do to the coins: layers of changes above the
/// confirmed cache, one for each block. Ledger thread.
class CoinOverlay {
public:
    using Layer = std::uint64_t;

    explicit CoinOverlay(CoinCache& below) : below_(below) {}

    /// Changes from now on belong to a new layer, above all others.
    Layer begin_layer() { return ++newest_; }

    /// Takes the coin that an input spends. Nothing if there is none or it was taken already.
    [[nodiscard]] std::optional<consensus::Coin> spend(const OutPoint& outpoint);
    /// Adds a coin. `output` must outlive its layer.
    void add(const OutPoint& outpoint, const TxOutput& output, Height height, bool is_coinbase);
    /// Whether there is a coin. Remembers nothing: for coins that are probably not there.
    [[nodiscard]] bool has(const OutPoint& outpoint) const;

    /// Forgets what the oldest layer, that of `block`, changed: the cache below has it now.
    void remove_layer(Layer layer, const Block& block);
    /// Forgets all layers.
    void clear();

private:
    struct Change {
        const TxOutput* output;  ///< null: there is no coin any more
        Height height;
        bool is_coinbase;
        Layer layer;  ///< of the newest block that changed it
    };

    CoinCache& below_;
    Layer newest_ = 0;
    boost::unordered_flat_map<OutPoint, Change, OutPointHasher> changes_;
};

/// Changes the cache as `block` does, whose rules all hold and whose spent coins `undo` has.
/// `overwrite_coinbase`: the coinbase repeats an earlier one (BIP 30's two exceptions).
void apply_block(CoinCache& coins, const Block& block, const BlockUndo& undo, Height height,
                 bool overwrite_coinbase);

}  // namespace daler::chain
