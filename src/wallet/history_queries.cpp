#include <daler/wallet/history.h>

namespace daler::wallet {
namespace {

std::size_t hash_of_script(ByteSpan script) {
    return std::hash<std::string_view>{}(as_text(script));
}

bool is_alive(const TxRecord& record) {
    return record.status == TxStatus::confirmed || record.status == TxStatus::in_mempool;
}

}  // namespace

std::optional<TxOutput> History::output(const OutPoint& outpoint) const {
    const auto found = known(outpoint);
    if (!found) return std::nullopt;
    return TxOutput{found->value, Script(found->script_pubkey)};
}

std::optional<TxOutput> History::owned_prevout(const TxInput& input) const {
    const auto found = owned(input.prevout);
    if (!found) return std::nullopt;
    return TxOutput{found->value, Script(found->script_pubkey)};
}

Amount History::debit(const Transaction& tx) const {
    Amount out;
    for (const auto& input : tx.inputs)
        if (const auto spent = owned(input.prevout)) out += spent->value;
    return out;
}

Amount History::debit(const TxBody& tx) const {
    Amount out;
    for (std::uint32_t i = 0; i < tx.input_count(); ++i)
        if (const auto spent = owned(tx.prevout(i))) out += spent->value;
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
    if (!record.is_coinbase()) return 0;
    return std::max(0, coinbase_maturity_ + 1 - depth(record));
}

bool History::is_trusted(const TxRecord& record) const {
    std::set<Txid> known_good;
    return is_trusted(record, known_good);
}

bool History::is_trusted(const TxRecord& record, std::set<Txid>& known_good) const {
    if (record.status == TxStatus::confirmed) return true;
    if (record.status != TxStatus::in_mempool || !trust_change_) return false;
    if (known_good.contains(record.txid)) return true;
    // An unconfirmed transaction is trusted if all coins that it spends are ours and trusted.
    for (std::uint32_t i = 0; i < record.body.input_count(); ++i) {
        const auto prevout = record.body.prevout(i);
        if (!owned(prevout)) return false;
        if (!is_trusted(*find(prevout.txid), known_good)) return false;
    }
    known_good.insert(record.txid);
    return true;
}

bool History::is_spent(const OutPoint& outpoint) const {
    return std::ranges::any_of(table_.spenders(outpoint), [this](std::uint32_t position) {
        const auto& spender = records()[position];
        if (spender.abandoned || spender.status == TxStatus::conflicted) return false;
        // News of the mempool may be late: a payment that we have replaced seems to be in it until
        // we hear of its removal. One of the two is, and spends the coin.
        return spender.notes().mempool_conflicts.empty() || is_alive(spender);
    });
}

bool History::has_children(const TxRecord& record) const {
    return !table_.spenders(record.txid, record.body.output_count()).empty();
}

std::set<Txid> History::conflicts(const TxRecord& record) const {
    std::set<Txid> out;
    for (std::uint32_t i = 0; i < record.body.input_count(); ++i)
        for (const auto position : table_.spenders(record.body.prevout(i)))
            out.insert(records()[position].txid);
    out.erase(record.txid);
    return out;
}

void History::note_reused(ByteSpan script) const {
    reused_.insert(hash_of_script(script));
}

bool History::is_reused(ByteSpan script) const {
    (void)index();
    return reused_.contains(hash_of_script(script));
}

void History::reconsider(const TxRecord& record, std::uint32_t number, const TxBody::Output& output,
                         std::optional<bool>& from_me) const {
    const CoinIndex::Key key{record.order, number};
    const OutPoint outpoint{record.txid, number};
    const auto* place = is_alive(record) ? owner(output) : nullptr;
    if (!place || is_spent(outpoint)) {
        index_.erase(key);
        return;
    }
    const bool in_block = record.status == TxStatus::confirmed;
    if (!from_me) from_me = is_from_me(record.body);
    index_.put(key, {.record = &record,
                     .outpoint = outpoint,
                     .place = *place,
                     .type = script::solve(output.script_pubkey).type,
                     .value = output.value,
                     .height = in_block ? std::optional(record.height) : std::nullopt,
                     .is_coinbase = record.is_coinbase(),
                     .from_me = *from_me,
                     .spendable = keys_.records()[place->record].is_spendable});
}

void History::reconsider_outputs(const TxRecord& record) const {
    std::optional<bool> from_me;
    std::uint32_t number = 0;
    for (const auto& output : record.body.outputs())
        reconsider(record, number++, output, from_me);
}

void History::make_index() const {
    touched_.clear();
    index_.clear();
    for (const auto& record : records()) {
        reconsider_outputs(record);
        std::uint32_t number = 0;
        for (const auto& output : record.body.outputs()) {
            if (!owner(output))
                keys_.watch(output.script_pubkey);
            else if (table_.has_spender({record.txid, number}))
                note_reused(output.script_pubkey);
            ++number;
        }
    }
}

const CoinIndex& History::index() const {
    // Outputs of known transactions are ours now.
    index_is_stale_ |= keys_.take_watched();
    if (std::exchange(index_is_stale_, false)) make_index();
    for (const auto* record : std::exchange(touched_, {})) {
        reconsider_outputs(*record);
        // Its inputs spend coins, or do so no longer.
        for (std::uint32_t i = 0; i < record->body.input_count(); ++i) {
            const auto prevout = record->body.prevout(i);
            const auto* parent = find(prevout.txid);
            std::optional<bool> from_me;
            if (parent && prevout.index < parent->body.output_count())
                reconsider(*parent, prevout.index, parent->body.output(prevout.index), from_me);
        }
    }
    return index_;
}

Balances History::balances(Height min_depth, bool avoid_reuse) const {
    const auto& index = this->index();
    const std::int64_t mature = std::int64_t{tip_height_} - coinbase_maturity_;
    const std::int64_t highest = std::int64_t{tip_height_} + 1 - min_depth;
    const auto counts = [&](const CoinIndex::Coin& coin, const CoinIndex::Key& key) {
        return coin.spendable &&
               !(avoid_reuse && is_reused(coin.record->body.output(key.output).script_pubkey));
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
    if (coin.record->notes().replaces || coin.record->notes().replaced_by) return false;
    return is_trusted(*coin.record, known_good);
}

OwnedCoin History::owned_coin(const CoinIndex::Key& key, const CoinIndex::Coin& coin,
                              std::set<Txid>& known_good) const {
    const auto output = coin.record->body.output(key.output);
    return {.outpoint = coin.outpoint,
            .output = {output.value, Script(output.script_pubkey)},
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
