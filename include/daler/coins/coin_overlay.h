#pragma once

#include <daler/coins/coin_cache.h>
#include <daler/coins/undo.h>

#include <boost/unordered/unordered_flat_map.hpp>

namespace daler::coins {

/// What blocks do to the coins before they are part of the best chain, because their scripts are
/// still being checked or because they belong to a branch beside it: layers of changes above the
/// confirmed cache, one for each block. Ledger thread.
class CoinOverlay {
public:
    using Layer = std::uint64_t;

    explicit CoinOverlay(CoinCache& below) : below_(below) {}

    /// Changes from now on belong to a new layer, above all others.
    Layer begin_layer() { return ++newest_; }

    /// Reads the coins that `block` spends and that are only on disk.
    void prefetch(const Block& block, ThreadPool& workers);
    /// Spends a coin and returns it. Nothing if there is none or it was spent already.
    [[nodiscard]] std::optional<consensus::Coin> spend(const OutPoint& outpoint);
    /// Adds the coins that `tx` creates. It must outlive its layer.
    void add(const SealedTransaction& tx, Height height);
    /// The coin, which stays where it is.
    [[nodiscard]] std::optional<consensus::Coin> find(const OutPoint& outpoint) const;
    /// Adds a coin again that a block of the confirmed chain spent. It belongs to no layer and
    /// stays until `clear`. For disconnect_block.
    void add(const OutPoint& outpoint, const TxOutput& output, Height height, bool is_coinbase,
             bool overwrite);
    /// Whether there is a coin. Remembers nothing: for coins that are probably not there.
    [[nodiscard]] bool has(const OutPoint& outpoint) const;

    /// Removes the oldest layer, that of `block`: the cache below now has its changes.
    void remove_layer(Layer layer, const Block& block);
    /// Removes all layers.
    void clear();

private:
    struct Created {
        const SealedTransaction* tx;
        Height height;
        Layer layer;
    };

    /// A coin of the layers or a restored one, spent or not.
    [[nodiscard]] std::optional<consensus::Coin> above(const OutPoint& outpoint) const;

    CoinCache& below_;
    Layer newest_ = 0;
    boost::unordered_flat_map<Txid, Created, OutPointHasher> created_;
    boost::unordered_flat_map<OutPoint, consensus::Coin, OutPointHasher> restored_;
    /// Spent coins, those of `created_` too, and the layer that spent them.
    boost::unordered_flat_map<OutPoint, Layer, OutPointHasher> spent_;
};

/// Changes the cache as `block` does, whose rules all hold and whose spent coins `undo` has.
/// `overwrite_coinbase`: the coinbase repeats an earlier one (BIP 30's two exceptions).
void apply_block(CoinCache& coins, const Block& block, const BlockUndo& undo, Height height,
                 bool overwrite_coinbase);

}  // namespace daler::coins
