#include <daler/wallet/history.h>

namespace daler::wallet {

Amount History::debit(const Transaction& tx) const {
    Amount out;
    for (const auto& input : tx.inputs)
        if (const auto* spent = owned_prevout(input)) out += spent->value;
    return out;
}

Amount History::credit(const Transaction& tx) const {
    Amount out;
    for (const auto& output : tx.outputs)
        if (owner(output)) out += output.value;
    return out;
}

Height History::depth(const TxRecord& record) const {
    const Height blocks = tip_height_ - record.height + 1;
    if (record.status == TxStatus::confirmed) return blocks;
    return record.status == TxStatus::conflicted ? -blocks : 0;
}

Height History::blocks_to_maturity(const TxRecord& record) const {
    if (!record.tx->is_coinbase()) return 0;
    return std::max(0, coinbase_maturity_ + 1 - depth(record));
}

bool History::is_trusted(const TxRecord& record) const {
    std::set<Txid> known_good;
    return is_trusted(record, known_good);
}

bool History::is_trusted(const TxRecord& record, std::set<Txid>& known_good) const {
    if (record.status == TxStatus::confirmed) return true;
    if (record.status != TxStatus::in_mempool || !trust_change_) return false;
    if (known_good.contains(record.tx->txid)) return true;
    // An unconfirmed transaction is trusted if all coins that it spends are ours and trusted.
    for (const auto& input : record.tx->inputs) {
        if (!owned_prevout(input)) return false;
        if (!is_trusted(records_.at(input.prevout.txid), known_good)) return false;
    }
    known_good.insert(record.tx->txid);
    return true;
}

bool History::is_spent(const OutPoint& outpoint) const {
    const auto [begin, end] = spends_.equal_range(outpoint);
    return std::any_of(begin, end, [this](const auto& spend) {
        const auto& spender = records_.at(spend.second);
        return !spender.abandoned && spender.status != TxStatus::conflicted &&
               spender.mempool_conflicts.empty();
    });
}

std::set<Txid> History::conflicts(const TxRecord& record) const {
    std::set<Txid> out;
    for (const auto& input : record.tx->inputs) {
        const auto [begin, end] = spends_.equal_range(input.prevout);
        for (auto spend = begin; spend != end; ++spend)
            out.insert(spend->second);
    }
    out.erase(record.tx->txid);
    return out;
}

bool History::is_reused(const Script& script) const {
    return reused_.contains(script);
}

Balances History::balances(Height min_depth, bool avoid_reuse) const {
    Balances out;
    std::set<Txid> known_good;
    for (const auto& [txid, record] : records_) {
        const bool immature = blocks_to_maturity(record) > 0;
        if (immature && record.status != TxStatus::confirmed) continue;
        const bool trusted = is_trusted(record, known_good);
        const bool pending = !trusted && record.status == TxStatus::in_mempool;
        if (!immature && !pending && !(trusted && depth(record) >= min_depth)) continue;
        Amount unspent;
        for (std::uint32_t i = 0; i < record.tx->outputs.size(); ++i) {
            const auto& output = record.tx->outputs[i];
            if (!is_spendable(output) || is_spent({txid, i})) continue;
            if (avoid_reuse && is_reused(output.script_pubkey)) continue;
            unspent += output.value;
        }
        (immature ? out.immature : trusted ? out.trusted : out.pending) += unspent;
    }
    return out;
}

std::vector<OwnedCoin> History::coins(Immature immature) const {
    std::vector<OwnedCoin> out;
    std::set<Txid> known_good;
    for (const auto& [order, txid] : by_order_) {
        const auto& record = records_.at(txid);
        const bool alive =
            record.status == TxStatus::confirmed || record.status == TxStatus::in_mempool;
        if (!alive) continue;
        const Height matures_in = blocks_to_maturity(record);
        if (immature == Immature::exclude && matures_in > 0) continue;
        std::optional<bool> from_me;
        for (std::uint32_t i = 0; i < record.tx->outputs.size(); ++i) {
            const auto& output = record.tx->outputs[i];
            const auto* place = owner(output);
            if (!place || is_spent({txid, i})) continue;
            if (!from_me) from_me = is_from_me(*record.tx);
            out.push_back({.outpoint = {txid, i},
                           .output = output,
                           .place = *place,
                           .depth = depth(record),
                           .safe = is_trusted(record, known_good),
                           .from_me = *from_me,
                           .reused = is_reused(output.script_pubkey),
                           .spendable = keys_.records()[place->record].is_spendable,
                           .matures_in = matures_in});
        }
    }
    return out;
}

}  // namespace daler::wallet
