#include <daler/wallet/history.h>

#include <daler/util/ensure.h>

namespace daler::wallet {

TxRecord& History::at(const Txid& txid) {
    auto* record = table_.find(txid);
    ensure(record);
    return *record;
}

TransactionRef History::unwritten(const TxRecord& record) const {
    const auto found = unwritten_.find(record.txid);
    return found == unwritten_.end() ? nullptr : found->second;
}

TransactionRef History::transaction(const TxRecord& record) const {
    auto out = unwritten(record);
    return out ? out : source_(record);
}

void History::forget_unwritten(const std::set<Txid>& written) {
    for (const auto& txid : written)
        unwritten_.erase(txid);
}

std::optional<TxBody::Output> History::known(const OutPoint& outpoint) const {
    const auto* record = find(outpoint.txid);
    if (!record || outpoint.index >= record->body.output_count()) return std::nullopt;
    return record->body.output(outpoint.index);
}

std::optional<TxBody::Output> History::owned(const OutPoint& outpoint) const {
    auto out = known(outpoint);
    if (out && !owner(*out)) out.reset();
    return out;
}

bool History::concerns_us(const Transaction& tx) const {
    return std::ranges::any_of(tx.outputs,
                               [this](const auto& out) { return owner(out) != nullptr; }) ||
           std::ranges::any_of(tx.inputs,
                               [this](const auto& in) { return owned(in.prevout).has_value(); });
}

bool History::has_unsettled() const {
    return std::ranges::any_of(records(), [](const TxRecord& record) {
        return record.status == TxStatus::in_mempool || record.status == TxStatus::inactive;
    });
}

bool History::may_concern(const TransactionView& tx) const {
    return std::ranges::any_of(
               tx.outputs(),
               [this](const auto& out) { return keys_.find(out.script_pubkey) != nullptr; }) ||
           std::ranges::any_of(tx.inputs(), [this](const auto& in) {
               return find(in.prevout.txid) || table_.has_spender(in.prevout);
           });
}

std::int64_t History::display_time(std::int64_t now, std::int64_t block_time, bool scanning) const {
    if (block_time == 0) return now;
    if (scanning) return block_time;
    // Not before the last time in the list (clocks of miners differ), but not in the future.
    constexpr std::int64_t tolerance = 300;
    std::int64_t latest = 0;
    for (auto record = records().rbegin(); record != records().rend(); ++record) {
        latest = record->time;
        if (latest <= now + tolerance) break;
    }
    return std::max(std::min(latest, now), std::min(block_time, now));
}

std::vector<TxRecord*> History::children(const TxRecord& record) {
    std::vector<TxRecord*> out;
    for (const auto position : table_.spenders(record.txid, record.body.output_count()))
        out.push_back(&table_.records()[position]);
    return out;
}

void History::link(const TxRecord& record) {
    for (std::uint32_t i = 0; i < record.body.input_count(); ++i)
        if (const auto spent = owned(record.body.prevout(i))) note_reused(spent->script_pubkey);
    for (const auto& output : record.body.outputs())
        if (!owner(output)) keys_.watch(output.script_pubkey);
    // Those that spend from it are payments of our own from now on.
    for (const auto* child : children(record))
        touch(*child);
}

void History::restore(TxRecord record, const TransactionView& tx) {
    next_order_ = std::max(next_order_, record.order + 1);
    table_.add(std::move(record), tx);
    index_is_stale_ = true;
}

TxRecord& History::add(const TransactionRef& tx, std::int64_t now, std::int64_t block_time,
                       bool scanning) {
    auto* record = table_.find(tx->txid);
    if (!record) {
        TxRecord fresh;
        fresh.txid = tx->txid;
        fresh.received = now;
        fresh.time = display_time(now, block_time, scanning);
        fresh.order = next_order_++;
        record = &table_.add(std::move(fresh), *tx);
        unwritten_[tx->txid] = tx;
        link(*record);
    }
    mark_used(record->body);
    changed(*record);
    moved_.push_back(tx->txid);
    return *record;
}

void History::mark_used(const TxBody& tx) {
    for (const auto& output : tx.outputs()) {
        const auto* found = owner(output);
        if (!found) continue;
        const KeyBook::Place place = *found;
        std::uint32_t index = keys_.records()[place.record].next_index;
        if (!keys_.mark_used(place, KeyBook::Lookahead::whole)) continue;
        for (; index <= place.index; ++index)
            used_.push_back({place.record, index});
    }
}

void History::keys_changed() {
    for (const auto& record : records())
        mark_used(record.body);
    index_is_stale_ = true;
}

template <class Visit>
void History::for_descendants(TxRecord& first, Visit visit) {
    std::vector<TxRecord*> todo{&first};
    std::set<const TxRecord*> done;
    while (!todo.empty()) {
        auto* next = todo.back();
        todo.pop_back();
        if (!done.insert(next).second || !visit(*next)) continue;
        const auto more = children(*next);
        todo.insert(todo.end(), more.begin(), more.end());
    }
}

template <class Change>
void History::for_rivals(const SealedTransaction& tx, Change change) {
    for (const auto& input : tx.inputs) {
        for (const auto position : table_.spenders(input.prevout)) {
            auto& rival = table_.records()[position];
            if (rival.txid != tx.txid) for_descendants(rival, change);
        }
    }
}

void History::mark_conflicts(const SealedTransaction& tx, const chain::BlockEntry& block) {
    for_rivals(tx, [&](TxRecord& record) {
        if (record.status == TxStatus::confirmed || record.status == TxStatus::conflicted)
            return false;
        record.status = TxStatus::conflicted;
        record.abandoned = record.orphaned = false;
        record.block = block.hash;
        record.height = block.height;
        changed(record);
        moved_.push_back(record.txid);
        return true;
    });
}

void History::confirm(const TransactionRef& tx, const chain::BlockEntry& block,
                      std::uint32_t position, std::int64_t now, bool scanning) {
    if (!tx->is_coinbase()) {
        mark_conflicts(*tx, block);
        mempool_removed(tx);
    }
    if (!find(tx->txid) && !concerns_us(*tx)) return;
    TxRecord& record = add(tx, now, block.header.time, scanning);
    record.status = TxStatus::confirmed;
    const bool returns = std::exchange(record.orphaned, false);
    record.abandoned = false;
    record.block = block.hash;
    record.height = block.height;
    record.position = position;
    if (returns) restore_spends(record);
}

bool History::spends_orphan(const TxBody& tx) const {
    for (std::uint32_t i = 0; i < tx.input_count(); ++i) {
        const auto* parent = find(tx.prevout(i).txid);
        if (parent && parent->orphaned) return true;
    }
    return false;
}

void History::abandon_orphan(TxRecord& first) {
    for_descendants(first, [this](TxRecord& record) {
        // A transaction in the mempool is abandoned when it leaves the mempool.
        if (record.status != TxStatus::inactive) return false;
        // A transaction that the user abandoned stays abandoned when the coinbase returns.
        if (record.abandoned) return true;
        record.abandoned = record.orphaned = true;
        changed(record);
        return true;
    });
}

void History::abandon_orphans() {
    for (auto& record : table_.records()) {
        if (record.status != TxStatus::inactive || !record.is_coinbase()) continue;
        record.orphaned = true;
        abandon_orphan(record);
    }
}

void History::restore_spends(TxRecord& coinbase) {
    std::vector<TxRecord*> returned{&coinbase};
    while (!returned.empty()) {
        const auto* parent = returned.back();
        returned.pop_back();
        for (auto* record : children(*parent)) {
            if (!record->orphaned || spends_orphan(record->body)) continue;
            record->abandoned = record->orphaned = false;
            changed(*record);
            displaced_.push_back(record->txid);
            returned.push_back(record);
        }
    }
}

void History::rewind(Height height) {
    for (auto& record : table_.records()) {
        const bool in_block =
            record.status == TxStatus::confirmed || record.status == TxStatus::conflicted;
        if (!in_block || record.height <= height) continue;
        // A coinbase is abandoned when its block is disconnected.
        record.abandoned = record.orphaned = record.is_coinbase();
        record.status = TxStatus::inactive;
        record.block = {};
        record.height = 0;
        record.position = 0;
        changed(record);
        moved_.push_back(record.txid);
        if (!record.abandoned) displaced_.push_back(record.txid);
    }
    tip_height_ = height;
    abandon_orphans();
}

void History::mempool_added(const TransactionRef& tx, std::int64_t now) {
    for_rivals(*tx, [&](TxRecord& record) {
        touch(record);
        return record.edit_notes().mempool_conflicts.insert(tx->txid).second;
    });
    if (const auto* known = find(tx->txid)) {
        if (known->status == TxStatus::confirmed || known->status == TxStatus::in_mempool) return;
    } else if (!concerns_us(*tx)) {
        return;
    }
    TxRecord& record = add(tx, now, 0, false);
    record.status = TxStatus::in_mempool;
    record.abandoned = record.orphaned = false;
}

void History::mempool_removed(const TransactionRef& tx) {
    auto* known = table_.find(tx->txid);
    if (known && known->status == TxStatus::in_mempool) {
        known->status = TxStatus::inactive;
        changed(*known);
        if (spends_orphan(known->body)) abandon_orphan(*known);
    }
    for_rivals(*tx, [&](TxRecord& record) {
        touch(record);
        return record.edit_notes().mempool_conflicts.erase(tx->txid) > 0;
    });
}

void History::mempool_lost() {
    for (auto& record : table_.records()) {
        if (!record.notes().mempool_conflicts.empty()) {
            record.edit_notes().mempool_conflicts.clear();
            touch(record);
        }
        if (record.status != TxStatus::in_mempool) continue;
        record.status = TxStatus::inactive;
        changed(record);
    }
    abandon_orphans();
}

TxRecord& History::add_own(const TransactionRef& tx, std::int64_t now) {
    return add(tx, now, 0, false);
}

void History::link_replacement(const Txid& replaced, const Txid& replacement) {
    auto& old = at(replaced);
    auto& record = at(replacement);
    old.edit_notes().replaced_by = replacement;
    record.edit_notes().replaces = replaced;
    changed(old);
    changed(record);
}

void History::unlink_replacement(const Txid& replaced) {
    auto& old = at(replaced);
    old.edit_notes().replaced_by.reset();
    changed(old);
}

bool History::remove(const Txid& txid) {
    const auto* record = find(txid);
    if (!record) return false;
    removed_.insert(record->order);
    changed_.erase(txid);
    unwritten_.erase(txid);
    std::erase(displaced_, txid);
    // What it spent may be coins again, and what spends from it is not from us any more.
    index_is_stale_ = true;
    touched_.clear();
    table_.remove(txid);
    return true;
}

bool History::abandon(const Txid& txid) {
    auto* record = table_.find(txid);
    if (!record || depth(*record) != 0 || record->status == TxStatus::in_mempool) return false;
    for_descendants(*record, [this](TxRecord& descendant) {
        if (depth(descendant) != 0 || descendant.status == TxStatus::in_mempool) return false;
        descendant.abandoned = true;
        // The user abandons it: it stays abandoned if a coinbase that it spends from returns.
        descendant.orphaned = descendant.is_coinbase();
        changed(descendant);
        return true;
    });
    return true;
}

}  // namespace daler::wallet
