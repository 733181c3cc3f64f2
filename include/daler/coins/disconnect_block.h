#pragma once

#include <daler/coins/undo.h>
#include <daler/primitives/block.h>
#include <daler/script/standard.h>

namespace daler::coins {

/// True if `undo` has one coin for each input of `block`.
[[nodiscard]] bool undo_fits(const Block& block, const BlockUndo& undo);

/// Takes back what `block` at `height` did to `coins` (which has find, spend and add as CoinCache
/// has). False if the coins are not those that the block left: an output is missing or differs, or
/// a spent coin exists. The rest is taken back nevertheless.
/// Requires: undo_fits.
template <class Coins>
bool disconnect_block(Coins& coins, const Block& block, const BlockUndo& undo, Height height) {
    bool clean = true;
    for (std::size_t i = block.transactions.size(); i-- > 0;) {
        const auto& tx = *block.transactions[i];
        for (std::uint32_t k = 0; k < tx.outputs.size(); ++k) {
            const auto& output = tx.outputs[k];
            if (script::is_unspendable(output.script_pubkey.bytes())) continue;
            const OutPoint outpoint{tx.txid, k};
            const auto coin = coins.find(outpoint);
            clean = clean && coin == consensus::Coin{output, height, i == 0};
            (void)coins.spend(outpoint);
        }
        if (i == 0) break;
        const auto& spent = undo.transactions[i - 1];
        for (std::size_t k = tx.inputs.size(); k-- > 0;) {
            const auto& outpoint = tx.inputs[k].prevout;
            if (coins.find(outpoint)) clean = false;
            coins.add(outpoint, spent[k].output, spent[k].height, spent[k].is_coinbase, true);
        }
    }
    return clean;
}

}  // namespace daler::coins
