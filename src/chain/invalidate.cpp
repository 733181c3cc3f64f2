#include "chainstate_impl.h"

namespace daler::chain {

bool Chainstate::Impl::invalidate(BlockEntry& entry) {
    if (&entry == genesis) return true;
    if (entry.is_ancestor_of(*tip)) {
        for (const auto* at = tip; at != entry.previous; at = at->previous)
            if (at->is_pruned()) return false;
    }
    while (entry.is_ancestor_of(*tip))
        disconnect_tip();
    mark_failed(entry);
    find_candidates();
    activate();
    write_index();
    return true;
}

void Chainstate::Impl::reconsider(BlockEntry& entry) {
    for (const auto* other : index.all()) {
        if (!other->has(failed)) continue;
        if (!other->is_ancestor_of(entry) && !entry.is_ancestor_of(*other)) continue;
        auto& changed_entry = writable(*other);
        changed_entry.status &= ~std::uint32_t{failed};
        changes.mark(changed_entry);
    }
    derive_failed_ancestors();
    find_best_header();
    find_candidates();
    activate();
    write_index();
}

void Chainstate::Impl::prefer(BlockEntry& entry) {
    if (entry.chainwork < tip->chainwork || entry.chain_tx_count == 0 || entry.is_failed()) return;
    candidates.prefer(entry);
    activate();
}

void Chainstate::Impl::mark_failed(BlockEntry& failed_entry) {
    failed_entry.status |= failed;
    changes.mark(failed_entry);
    candidates.remove(failed_entry);
    const bool is_newest = failed_entry.sequence == index.last_sequence();
    if (is_newest && best_header != &failed_entry) return;
    for (const auto* other : index.all()) {
        if (other->height <= failed_entry.height || !failed_entry.is_ancestor_of(*other)) continue;
        auto& entry = writable(*other);
        entry.status |= failed_ancestor;
        changes.mark(entry);
        candidates.remove(entry);
    }
    if (best_header->is_failed()) find_best_header();
}

void Chainstate::Impl::derive_failed_ancestors() {
    auto entries = index.all();
    std::ranges::sort(entries, {}, &BlockEntry::height);
    for (const auto* constant : entries) {
        if (!constant->previous) continue;
        auto& entry = writable(*constant);
        const bool wanted = constant->previous->is_failed();
        if (entry.has(failed_ancestor) == wanted) continue;
        entry.status ^= failed_ancestor;
        changes.mark(entry);
    }
}

void Chainstate::Impl::find_best_header() {
    best_header = tip ? tip : genesis;
    for (const auto* entry : index.all()) {
        if (entry->is_failed()) continue;
        const bool better = entry->chainwork > best_header->chainwork ||
                            (entry->chainwork == best_header->chainwork && best_header != tip &&
                             entry->sequence < best_header->sequence);
        if (better) best_header = &writable(*entry);
    }
}

void Chainstate::Impl::find_candidates() {
    candidates.clear();
    for (const auto* entry : index.all()) {
        if (entry->chain_tx_count == 0 || entry->is_failed()) continue;
        if (entry->chainwork >= tip->chainwork) candidates.add(writable(*entry));
    }
}

}  // namespace daler::chain
