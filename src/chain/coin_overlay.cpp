#include "coin_overlay.h"

#include <daler/script/standard.h>
#include <daler/util/ensure.h>

#include <boost/unordered/unordered_flat_set.hpp>

namespace daler::chain {
namespace {

constexpr std::size_t max_idle_buckets = 100'000;

}  // namespace

std::optional<consensus::Coin> CoinOverlay::spend(const OutPoint& outpoint) {
    const auto [entry, added] = changes_.try_emplace(outpoint, Change{nullptr, 0, false, newest_});
    if (added) {
        auto coin = below_.find(outpoint);
        if (!coin) changes_.erase(entry);
        return coin;
    }
    auto& change = entry->second;
    if (!change.output) return std::nullopt;
    consensus::Coin coin{*change.output, change.height, change.is_coinbase};
    change.output = nullptr;
    change.layer = newest_;
    return coin;
}

void CoinOverlay::add(const OutPoint& outpoint, const TxOutput& output, Height height,
                      bool is_coinbase) {
    changes_.insert_or_assign(outpoint, Change{&output, height, is_coinbase, newest_});
}

bool CoinOverlay::has(const OutPoint& outpoint) const {
    const auto found = changes_.find(outpoint);
    return found == changes_.end() ? below_.has(outpoint) : found->second.output != nullptr;
}

void CoinOverlay::clear() {
    // A table that a large block made large is slow to walk for ever after.
    if (changes_.bucket_count() > max_idle_buckets) {
        changes_ = {};
    } else {
        changes_.clear();
    }
}

void CoinOverlay::remove_layer(Layer layer, const Block& block) {
    if (layer == newest_) return clear();
    const auto forget = [&](const OutPoint& outpoint) {
        const auto found = changes_.find(outpoint);
        if (found != changes_.end() && found->second.layer == layer) changes_.erase(found);
    };
    for (const auto& tx : block.transactions) {
        for (const auto& input : tx->inputs)
            forget(input.prevout);
        for (std::uint32_t i = 0; i < tx->outputs.size(); ++i)
            forget({tx->txid, i});
    }
    if (changes_.empty()) clear();
}

void apply_block(CoinCache& coins, const Block& block, const BlockUndo& undo, Height height,
                 bool overwrite_coinbase) {
    // Coins that come and go in the same block never reach the cache.
    boost::unordered_flat_set<OutPoint, OutPointHasher> inside;
    for (std::size_t i = 1; i < block.transactions.size(); ++i) {
        const auto& inputs = block.transactions[i]->inputs;
        const auto& spent = undo.transactions[i - 1];
        for (std::size_t k = 0; k < inputs.size(); ++k) {
            if (spent[k].height == height) {
                inside.insert(inputs[k].prevout);
            } else {
                ensure(coins.spend(inputs[k].prevout));
            }
        }
    }
    for (std::size_t i = 0; i < block.transactions.size(); ++i) {
        const auto& tx = *block.transactions[i];
        for (std::uint32_t k = 0; k < tx.outputs.size(); ++k) {
            const auto& output = tx.outputs[k];
            if (script::is_unspendable(output.script_pubkey.bytes())) continue;
            const OutPoint outpoint{tx.txid, k};
            if (!inside.empty() && inside.contains(outpoint)) continue;
            coins.add(outpoint, output, height, i == 0, i == 0 && overwrite_coinbase);
        }
    }
}

}  // namespace daler::chain
