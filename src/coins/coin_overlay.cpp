#include <daler/coins/coin_overlay.h>

#include <daler/script/standard.h>
#include <daler/util/ensure.h>

#include <boost/unordered/unordered_flat_set.hpp>

namespace daler::coins {
namespace {

constexpr std::size_t max_idle_buckets = 100'000;

}  // namespace

void CoinOverlay::prefetch(const Block& block, ThreadPool& workers) {
    boost::unordered_flat_set<Txid, OutPointHasher> own;
    std::vector<OutPoint> wanted;
    for (const auto& tx : block.transactions) {
        for (const auto& input : tx->inputs) {
            const auto& from = input.prevout.txid;
            if (tx->is_coinbase() || own.contains(from) || created_.contains(from)) continue;
            wanted.push_back(input.prevout);
        }
        own.insert(tx->txid);
    }
    below_.prefetch(wanted, workers);
}

std::optional<consensus::Coin> CoinOverlay::above(const OutPoint& outpoint) const {
    const auto found = created_.find(outpoint.txid);
    if (found == created_.end()) {
        const auto restored = restored_.find(outpoint);
        if (restored == restored_.end()) return std::nullopt;
        return restored->second;
    }
    const auto& [tx, height, layer] = found->second;
    if (outpoint.index >= tx->outputs.size()) return std::nullopt;
    const auto& output = tx->outputs[outpoint.index];
    if (script::is_unspendable(output.script_pubkey.bytes())) return std::nullopt;
    return consensus::Coin{output, height, tx->is_coinbase()};
}

std::optional<consensus::Coin> CoinOverlay::spend(const OutPoint& outpoint) {
    const auto [entry, added] = spent_.try_emplace(outpoint, newest_);
    if (!added) return std::nullopt;
    auto coin = above(outpoint);
    if (!coin) coin = below_.find(outpoint);
    if (!coin) spent_.erase(entry);
    return coin;
}

std::optional<consensus::Coin> CoinOverlay::find(const OutPoint& outpoint) const {
    if (spent_.contains(outpoint)) return std::nullopt;
    auto coin = above(outpoint);
    return coin ? coin : below_.find(outpoint);
}

void CoinOverlay::add(const OutPoint& outpoint, const TxOutput& output, Height height,
                      bool is_coinbase, bool) {
    restored_.insert_or_assign(outpoint, consensus::Coin{output, height, is_coinbase});
    spent_.erase(outpoint);
}

void CoinOverlay::add(const SealedTransaction& tx, Height height) {
    created_.insert_or_assign(tx.txid, Created{&tx, height, newest_});
    // One with the same id may have been here before, and all its coins spent.
    for (std::uint32_t i = 0; i < tx.outputs.size() && !spent_.empty(); ++i)
        spent_.erase({tx.txid, i});
}

bool CoinOverlay::has(const OutPoint& outpoint) const {
    return !spent_.contains(outpoint) && (above(outpoint) || below_.has(outpoint));
}

void CoinOverlay::clear() {
    // A large block makes the table large, and then it stays slow to walk.
    const auto empty = [](auto& map) {
        map.clear();
        if (map.bucket_count() > max_idle_buckets) map = {};
    };
    empty(created_);
    empty(restored_);
    empty(spent_);
}

void CoinOverlay::remove_layer(Layer layer, const Block& block) {
    if (layer == newest_) return clear();
    for (const auto& tx : block.transactions) {
        const auto found = created_.find(tx->txid);
        if (found != created_.end() && found->second.layer == layer) created_.erase(found);
        for (const auto& input : tx->inputs) {
            const auto spent = spent_.find(input.prevout);
            if (spent != spent_.end() && spent->second == layer) spent_.erase(spent);
        }
    }
}

void apply_block(CoinCache& coins, const Block& block, const BlockUndo& undo, Height height,
                 bool overwrite_coinbase) {
    // Coins that come and go in the same block never reach the cache.
    boost::unordered_flat_set<OutPoint, OutPointHasher> inside;
    for (std::size_t i = 1; i < block.transactions.size(); ++i) {
        const auto& inputs = block.transactions[i]->inputs;
        const auto& spent = undo.transactions[i - 1];
        for (std::size_t k = 0; k < inputs.size(); ++k)
            if (spent[k].height == height)
                inside.insert(inputs[k].prevout);
            else
                ensure(coins.spend(inputs[k].prevout));
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

}  // namespace daler::coins
