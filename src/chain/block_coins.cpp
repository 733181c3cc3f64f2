#include "block_coins.h"

#include <daler/script/standard.h>
#include <daler/util/ensure.h>

namespace daler::chain {

BlockCoins::BlockCoins(CoinCache& below, const Block& block, Height height)
    : below_(below), block_(block), height_(height) {
    created_.reserve(block.transactions.size());
    std::size_t inputs = 0;
    for (const auto& tx : block.transactions)
        inputs += tx->inputs.size();
    spent_.reserve(inputs);
}

std::optional<consensus::Coin> BlockCoins::spend(const OutPoint& outpoint) {
    const auto created = created_.find(outpoint.txid);
    if (created == created_.end()) {
        if (!spent_.insert(outpoint).second) return std::nullopt;
        return below_.find(outpoint);
    }
    const auto& tx = *block_.transactions[created->second];
    if (outpoint.index >= tx.outputs.size()) return std::nullopt;
    const auto& output = tx.outputs[outpoint.index];
    if (script::is_unspendable(output.script_pubkey.bytes())) return std::nullopt;
    if (!spent_inside_.insert(outpoint).second) return std::nullopt;
    return consensus::Coin{output, height_, created->second == 0};
}

void BlockCoins::add_outputs(std::size_t index) {
    created_.emplace(block_.transactions[index]->txid, index);
}

void BlockCoins::apply(bool overwrite_coinbase) {
    for (const auto& outpoint : spent_)
        ensure(below_.spend(outpoint));
    for (std::size_t i = 0; i < block_.transactions.size(); ++i) {
        const auto& tx = *block_.transactions[i];
        for (std::uint32_t k = 0; k < tx.outputs.size(); ++k) {
            const auto& output = tx.outputs[k];
            if (script::is_unspendable(output.script_pubkey.bytes())) continue;
            const OutPoint outpoint{tx.txid, k};
            if (!spent_inside_.empty() && spent_inside_.contains(outpoint)) continue;
            below_.add(outpoint, output, height_, i == 0, i == 0 && overwrite_coinbase);
        }
    }
}

}  // namespace daler::chain
