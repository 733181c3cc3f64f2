#include <daler/wallet/history.h>

#include <daler/util/ensure.h>

namespace daler::wallet {

const TxRecord* History::find(const Txid& txid) const {
    const auto found = records_.find(txid);
    return found == records_.end() ? nullptr : &found->second;
}

const TxOutput* History::owned_prevout(const TxInput& input) const {
    const auto* parent = find(input.prevout.txid);
    if (!parent || input.prevout.index >= parent->tx->outputs.size()) return nullptr;
    const auto& output = parent->tx->outputs[input.prevout.index];
    return owner(output) ? &output : nullptr;
}

bool History::concerns_us(const Transaction& tx) const {
    return std::ranges::any_of(tx.outputs,
                               [this](const auto& out) { return owner(out) != nullptr; }) ||
           std::ranges::any_of(tx.inputs, [this](const auto& in) { return owned_prevout(in); });
}

bool History::has_unsettled() const {
    return std::ranges::any_of(records_, [](const auto& entry) {
        const auto status = entry.second.status;
        return status == TxStatus::in_mempool || status == TxStatus::inactive;
    });
}

bool History::may_concern(const TransactionView& tx) const {
    return std::ranges::any_of(
               tx.outputs(),
               [this](const auto& out) { return keys_.find(out.script_pubkey) != nullptr; }) ||
           std::ranges::any_of(tx.inputs(), [this](const auto& in) {
               return records_.contains(in.prevout.txid) || spends_.contains(in.prevout);
           });
}

std::int64_t History::display_time(std::int64_t now, std::int64_t block_time, bool scanning) const {
    if (block_time == 0) return now;
    if (scanning) return block_time;
    // Not before the last time in the list (clocks of miners differ), but not in the future.
    constexpr std::int64_t tolerance = 300;
    std::int64_t latest = 0;
    for (auto entry = by_order_.rbegin(); entry != by_order_.rend(); ++entry) {
        latest = records_.at(entry->second).time;
        if (latest <= now + tolerance) break;
    }
    return std::max(std::min(latest, now), std::min(block_time, now));
}

void History::link(const TxRecord& record) {
    by_order_.emplace(record.order, record.tx->txid);
    next_order_ = std::max(next_order_, record.order + 1);
    for (const auto& input : record.tx->inputs) {
        if (input.prevout.is_null()) continue;
        spends_.emplace(input.prevout, record.tx->txid);
        if (const auto* spent = owned_prevout(input)) reused_.insert(spent->script_pubkey);
    }
    for (const auto& output : record.tx->outputs)
        if (!owner(output)) keys_.watch(output.script_pubkey);
    // Those that spend from it are payments of our own from now on.
    const Txid& txid = record.tx->txid;
    const auto first = spends_.lower_bound(OutPoint{txid, 0});
    for (auto spend = first; spend != spends_.end() && spend->first.txid == txid; ++spend)
        touch(records_.at(spend->second));
}

void History::restore(TxRecord record) {
    const Txid txid = record.tx->txid;
    const auto [where, is_new] = records_.emplace(txid, std::move(record));
    ensure(is_new);
    link(where->second);
    index_is_stale_ = true;
}

TxRecord& History::add(const TransactionRef& tx, std::int64_t now, std::int64_t block_time,
                       bool scanning) {
    const auto [where, is_new] = records_.try_emplace(tx->txid);
    TxRecord& record = where->second;
    if (is_new) {
        record.tx = tx;
        record.received = now;
        record.time = display_time(now, block_time, scanning);
        record.order = next_order_;
        link(record);
    }
    mark_used(*tx);
    changed(record);
    moved_.push_back(tx->txid);
    return record;
}

void History::mark_used(const Transaction& tx) {
    for (const auto& output : tx.outputs) {
        const auto* found = owner(output);
        if (!found) continue;
        const KeyBook::Place place = *found;
        std::uint32_t index = keys_.records()[place.record].next_index;
        if (!keys_.mark_used(place, KeyBook::Lookahead::whole)) continue;
        for (; index <= place.index; ++index)
            used_.push_back({place.record, index});
    }
}

void History::mark_all_used() {
    for (const auto& [txid, record] : records_)
        mark_used(*record.tx);
    refresh_reused();
}

void History::refresh_reused() {
    index_is_stale_ = true;
    for (const auto& [txid, record] : records_) {
        for (const auto& input : record.tx->inputs)
            if (const auto* spent = owned_prevout(input)) reused_.insert(spent->script_pubkey);
    }
}

template <class Visit>
void History::for_descendants(const Txid& txid, Visit visit) {
    std::vector<Txid> todo{txid};
    std::set<Txid> done;
    while (!todo.empty()) {
        const Txid next = todo.back();
        todo.pop_back();
        const auto found = records_.find(next);
        if (found == records_.end() || !done.insert(next).second) continue;
        if (!visit(found->second)) continue;
        const auto first = spends_.lower_bound(OutPoint{next, 0});
        for (auto spend = first; spend != spends_.end() && spend->first.txid == next; ++spend)
            todo.push_back(spend->second);
    }
}

void History::mark_conflicts(const Transaction& tx, const Txid& txid,
                             const chain::BlockEntry& block) {
    for (const auto& input : tx.inputs) {
        std::vector<Txid> losers;
        const auto [begin, end] = spends_.equal_range(input.prevout);
        for (auto spend = begin; spend != end; ++spend)
            if (spend->second != txid) losers.push_back(spend->second);
        for (const auto& loser : losers) {
            for_descendants(loser, [&](TxRecord& record) {
                if (record.status == TxStatus::confirmed || record.status == TxStatus::conflicted)
                    return false;
                record.status = TxStatus::conflicted;
                record.abandoned = record.orphaned = false;
                record.block = block.hash;
                record.height = block.height;
                changed(record);
                moved_.push_back(record.tx->txid);
                return true;
            });
        }
    }
}

void History::confirm(const TransactionRef& tx, const chain::BlockEntry& block,
                      std::uint32_t position, std::int64_t now, bool scanning) {
    if (!tx->is_coinbase()) {
        mark_conflicts(*tx, tx->txid, block);
        mempool_removed(tx);
    }
    if (!records_.contains(tx->txid) && !concerns_us(*tx)) return;
    TxRecord& record = add(tx, now, block.header.time, scanning);
    record.status = TxStatus::confirmed;
    const bool returns = std::exchange(record.orphaned, false);
    record.abandoned = false;
    record.block = block.hash;
    record.height = block.height;
    record.position = position;
    if (returns) restore_spends(tx->txid);
}

bool History::spends_orphan(const Transaction& tx) const {
    return std::ranges::any_of(tx.inputs, [this](const TxInput& input) {
        const auto* parent = find(input.prevout.txid);
        return parent && parent->orphaned;
    });
}

void History::abandon_orphan(const Txid& txid) {
    for_descendants(txid, [this](TxRecord& record) {
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
    for (auto& [txid, record] : records_) {
        if (!record.tx->is_coinbase() || record.status != TxStatus::inactive) continue;
        record.orphaned = true;
        abandon_orphan(txid);
    }
}

void History::restore_spends(const Txid& coinbase) {
    std::vector<Txid> returned{coinbase};
    while (!returned.empty()) {
        const Txid parent = returned.back();
        returned.pop_back();
        const auto first = spends_.lower_bound(OutPoint{parent, 0});
        for (auto spend = first; spend != spends_.end() && spend->first.txid == parent; ++spend) {
            TxRecord& record = records_.at(spend->second);
            if (!record.orphaned || spends_orphan(*record.tx)) continue;
            record.abandoned = record.orphaned = false;
            changed(record);
            displaced_.push_back(spend->second);
            returned.push_back(spend->second);
        }
    }
}

void History::rewind(Height height) {
    for (auto& [txid, record] : records_) {
        const bool in_block =
            record.status == TxStatus::confirmed || record.status == TxStatus::conflicted;
        if (!in_block || record.height <= height) continue;
        // A coinbase is abandoned when its block is disconnected.
        record.abandoned = record.orphaned = record.tx->is_coinbase();
        record.status = TxStatus::inactive;
        record.block = {};
        record.height = 0;
        record.position = 0;
        changed(record);
        moved_.push_back(txid);
        if (!record.abandoned) displaced_.push_back(txid);
    }
    tip_height_ = height;
    abandon_orphans();
}

void History::mempool_added(const TransactionRef& tx, std::int64_t now) {
    for (const auto& input : tx->inputs) {
        const auto [begin, end] = spends_.equal_range(input.prevout);
        std::vector<Txid> rivals;
        for (auto spend = begin; spend != end; ++spend)
            if (spend->second != tx->txid) rivals.push_back(spend->second);
        for (const auto& rival : rivals) {
            for_descendants(rival, [&](TxRecord& record) {
                touch(record);
                return record.mempool_conflicts.insert(tx->txid).second;
            });
        }
    }
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
    if (const auto found = records_.find(tx->txid);
        found != records_.end() && found->second.status == TxStatus::in_mempool) {
        found->second.status = TxStatus::inactive;
        changed(found->second);
        if (spends_orphan(*tx)) abandon_orphan(tx->txid);
    }
    for (const auto& input : tx->inputs) {
        const auto [begin, end] = spends_.equal_range(input.prevout);
        std::vector<Txid> rivals;
        for (auto spend = begin; spend != end; ++spend)
            if (spend->second != tx->txid) rivals.push_back(spend->second);
        for (const auto& rival : rivals) {
            for_descendants(rival, [&](TxRecord& record) {
                touch(record);
                return record.mempool_conflicts.erase(tx->txid) > 0;
            });
        }
    }
}

void History::mempool_lost() {
    for (auto& [txid, record] : records_) {
        if (!record.mempool_conflicts.empty()) touch(record);
        record.mempool_conflicts.clear();
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
    auto& old = records_.at(replaced);
    auto& record = records_.at(replacement);
    old.replaced_by = replacement;
    record.replaces = replaced;
    changed(old);
    changed(record);
}

void History::unlink_replacement(const Txid& replaced) {
    auto& old = records_.at(replaced);
    old.replaced_by.reset();
    changed(old);
}

bool History::remove(const Txid& txid) {
    const auto found = records_.find(txid);
    if (found == records_.end()) return false;
    const TxRecord& record = found->second;
    for (const auto& input : record.tx->inputs) {
        const auto [begin, end] = spends_.equal_range(input.prevout);
        for (auto spend = begin; spend != end;)
            spend = spend->second == txid ? spends_.erase(spend) : std::next(spend);
    }
    by_order_.erase(record.order);
    removed_.insert(record.order);
    changed_.erase(txid);
    std::erase(displaced_, txid);
    touched_.erase(&record);
    records_.erase(found);
    // What it spent may be coins again, and what spends from it is not from us any more.
    index_is_stale_ = true;
    return true;
}

bool History::abandon(const Txid& txid) {
    const auto* record = find(txid);
    if (!record || depth(*record) != 0 || record->status == TxStatus::in_mempool) return false;
    for_descendants(txid, [this](TxRecord& descendant) {
        if (depth(descendant) != 0 || descendant.status == TxStatus::in_mempool) return false;
        descendant.abandoned = true;
        // The user abandons it: it stays abandoned if a coinbase that it spends from returns.
        descendant.orphaned = descendant.tx->is_coinbase();
        changed(descendant);
        return true;
    });
    return true;
}

}  // namespace daler::wallet
