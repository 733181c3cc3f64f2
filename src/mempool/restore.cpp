// Returns the pool to contents that were saved.
#include "state.h"

namespace daler::mempool {
namespace {

bool is_same(const Entry& entry, const SavedMempool::Record& record) {
    if (entry.wtxid() != record.tx->wtxid || entry.entered != record.time) return false;
    return !record.entry ||
           (entry.height == record.entry->height && entry.time == record.entry->time);
}

}  // namespace

void Mempool::restore(const SavedMempool& saved, BlockTime now) {
    Impl& self = *impl_;
    self.disconnected.clear();
    self.remove_all_but(saved);
    self.set_deltas(saved);
    self.add_missing(saved, now);
    for (const Entry& entry : self.pool.entries())
        self.set_unbroadcast(entry, false);
    for (const auto& txid : saved.unbroadcast)
        add_unbroadcast(txid);
    self.restore_fee_statistics(saved);
}

void Mempool::Impl::remove_all_but(const SavedMempool& saved) {
    EntryHashSet same;
    for (const auto& record : saved.transactions) {
        const Entry* entry = pool.find(record.tx->txid);
        if (entry && is_same(*entry, record)) same.insert(entry);
    }
    EntrySet others;
    for (const Entry& entry : pool.entries())
        if (!same.contains(&entry)) others.insert(&entry);
    remove_with_descendants(others, RemovalReason::reorg);
}

void Mempool::Impl::set_deltas(const SavedMempool& saved) {
    deltas = saved.fee_deltas;
    ++updates;
    for (const auto& record : saved.transactions) {
        if (record.fee_delta != Amount{}) deltas[record.tx->txid] = record.fee_delta;
        if (const Entry* entry = pool.find(record.tx->txid))
            pool.set_modified_fee(*entry, entry->fee + record.fee_delta);
    }
}

// A parent may have been confirmed since, while its child stayed in the pool: then the child is
// linked at the end.
void Mempool::Impl::add_missing(const SavedMempool& saved, BlockTime now) {
    // All of them were in the pool together, so the limits need no check.
    const EntryHashSet counted_for_limits;
    std::vector<const Entry*> added;
    for (const auto& record : saved.transactions) {
        if (pool.find(record.tx->txid)) continue;
        AcceptOptions options;
        options.now = now;
        options.entered = record.time;
        options.bypass_limits = true;
        Admission admission(rules, pool, record.tx, options, delta_of(record.tx->txid),
                            min_fee(now));
        admission.count_only(counted_for_limits);
        if (admission.check() || !admission.replaced().empty()) continue;
        Candidate entry = admission.entry();
        if (record.entry) {
            entry.height = record.entry->height;
            entry.time = record.entry->time;
        }
        added.push_back(&insert(std::move(entry)));
        report_added(*added.back(), record.tx);
    }
    pool.link_children(added);
}

}  // namespace daler::mempool
