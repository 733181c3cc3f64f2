#include <daler/wallet/history.h>

namespace daler::wallet {
namespace {

bool is_alive(const TxRecord& record) {
    return record.status == TxStatus::confirmed || record.status == TxStatus::in_mempool;
}

}  // namespace

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

bool History::has_children(const SealedTransaction& tx) const {
    for (std::uint32_t i = 0; i < tx.outputs.size(); ++i)
        if (spends_.contains({tx.txid, i})) return true;
    return false;
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

void History::reconsider(const TxRecord& record, std::uint32_t output,
                         std::optional<bool>& from_me) const {
    const CoinIndex::Key key{record.order, output};
    const auto& paid = record.tx->outputs[output];
    const auto* place = is_alive(record) ? owner(paid) : nullptr;
    if (!place || is_spent({record.tx->txid, output})) {
        index_.erase(key);
        return;
    }
    const bool in_block = record.status == TxStatus::confirmed;
    if (!from_me) from_me = is_from_me(*record.tx);
    index_.put(key, {.record = &record,
                     .outpoint = {record.tx->txid, output},
                     .place = *place,
                     .type = script::solve(paid.script_pubkey.bytes()).type,
                     .value = paid.value,
                     .height = in_block ? std::optional(record.height) : std::nullopt,
                     .is_coinbase = record.tx->is_coinbase(),
                     .from_me = *from_me,
                     .spendable = keys_.records()[place->record].is_spendable});
}

void History::reconsider_outputs(const TxRecord& record) const {
    std::optional<bool> from_me;
    for (std::uint32_t i = 0; i < record.tx->outputs.size(); ++i)
        reconsider(record, i, from_me);
}

const CoinIndex& History::index() const {
    // Outputs of known transactions are ours now.
    index_is_stale_ |= keys_.take_watched();
    if (std::exchange(index_is_stale_, false)) {
        touched_.clear();
        index_.clear();
        for (const auto& [txid, record] : records_)
            reconsider_outputs(record);
    }
    for (const auto* record : std::exchange(touched_, {})) {
        reconsider_outputs(*record);
        // Its inputs spend coins, or do so no longer.
        for (const auto& input : record->tx->inputs) {
            const auto* parent = find(input.prevout.txid);
            std::optional<bool> from_me;
            if (parent && input.prevout.index < parent->tx->outputs.size())
                reconsider(*parent, input.prevout.index, from_me);
        }
    }
    return index_;
}

Balances History::balances(Height min_depth, bool avoid_reuse) const {
    const auto& index = this->index();
    const std::int64_t mature = std::int64_t{tip_height_} - coinbase_maturity_;
    const std::int64_t highest = std::int64_t{tip_height_} + 1 - min_depth;
    const auto counts = [&](const CoinIndex::Coin& coin, const CoinIndex::Key& key) {
        const auto& script = coin.record->tx->outputs[key.output].script_pubkey;
        return coin.spendable && !(avoid_reuse && is_reused(script));
    };
    Balances out;
    if (avoid_reuse) {
        for (const auto& [key, coin] : index.coins()) {
            if (!coin.height || !counts(coin, key)) continue;
            if (coin.is_coinbase && *coin.height > mature)
                out.immature += coin.value;
            else if (*coin.height <= highest)
                out.trusted += coin.value;
        }
    } else {
        const auto sums = index.confirmed(highest, mature);
        out.trusted = sums.trusted;
        out.immature = sums.immature;
    }
    std::set<Txid> known_good;
    for (const auto& key : index.unconfirmed()) {
        const auto& coin = index.coins().at(key);
        if (!counts(coin, key)) continue;
        if (!is_trusted(*coin.record, known_good))
            out.pending += coin.value;
        else if (min_depth <= 0)
            out.trusted += coin.value;
    }
    return out;
}

bool History::is_safe(const CoinIndex::Coin& coin, std::set<Txid>& known_good) const {
    if (coin.height) return true;
    // Either of a payment and its replacement may be mined.
    if (coin.record->replaces || coin.record->replaced_by) return false;
    return is_trusted(*coin.record, known_good);
}

OwnedCoin History::owned_coin(const CoinIndex::Key& key, const CoinIndex::Coin& coin,
                              std::set<Txid>& known_good) const {
    const auto& output = coin.record->tx->outputs[key.output];
    return {.outpoint = coin.outpoint,
            .output = output,
            .place = coin.place,
            .depth = depth(coin),
            .safe = is_safe(coin, known_good),
            .from_me = coin.from_me,
            .reused = is_reused(output.script_pubkey),
            .spendable = coin.spendable,
            .matures_in = matures_in(coin)};
}

std::vector<OwnedCoin> History::coins(Immature immature) const {
    const auto& index = this->index();
    std::vector<std::pair<CoinIndex::Key, const CoinIndex::Coin*>> found;
    found.reserve(index.coins().size());
    for (const auto& [key, coin] : index.coins())
        if (immature == Immature::include || matures_in(coin) == 0) found.emplace_back(key, &coin);
    std::ranges::sort(found);
    std::vector<OwnedCoin> out;
    out.reserve(found.size());
    std::set<Txid> known_good;
    for (const auto& [key, coin] : found)
        out.push_back(owned_coin(key, *coin, known_good));
    return out;
}

}  // namespace daler::wallet
