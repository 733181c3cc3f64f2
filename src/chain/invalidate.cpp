#include "chainstate_impl.h"

namespace daler::chain {

bool Chainstate::Impl::invalidate(BlockEntry& entry) {
    if (&entry == genesis) return true;
    if (entry.is_ancestor_of(*tip)) {
        for (const auto* at = tip; at != entry.previous; at = at->previous) {
            if (at->is_pruned()) return false;
        }
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
        mark_changed(changed_entry);
    }
    derive_failed_ancestors();
    find_best_header();
    find_candidates();
    activate();
    write_index();
}

void Chainstate::Impl::prefer(BlockEntry& entry) {
    if (entry.chainwork < tip->chainwork || entry.chain_tx_count == 0 || entry.is_failed()) return;
    candidates.erase(&entry);
    entry.data_sequence = next_preferred_sequence--;
    candidates.insert(&entry);
    activate();
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
        mark_changed(entry);
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
    incomplete.clear();
    for (const auto* entry : index.all()) {
        if (entry->chain_tx_count == 0 || entry->is_failed()) continue;
        if (entry->chainwork >= tip->chainwork) candidates.insert(&writable(*entry));
    }
}

}  // namespace daler::chain
