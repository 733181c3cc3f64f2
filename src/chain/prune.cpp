#include "chainstate_impl.h"

#include <daler/util/log.h>

namespace daler::chain {

Height Chainstate::Impl::highest_prunable() const {
    const auto* flushed = coins->is_flushing() ? nullptr : index.find(coin_database->best_block());
    return pruning.highest_prunable(flushed, *tip);
}

void Chainstate::Impl::prune_if_due() {
    if (!pruning.is_due(*store, *tip)) return;
    pruning.looked();
    for (const auto file : pruning.prunable_files(highest_prunable(), *tip, *best_header)) {
        if (!pruning.is_over_target(*store)) break;
        remove_files({file});
    }
}

void Chainstate::Impl::prune(Height height) {
    pruning.require_allowed();
    flush();
    const auto limit = std::min(height, highest_prunable());
    const auto chosen = pruning.prunable_files(limit, *tip, *best_header);
    if (!chosen.empty()) remove_files({chosen.begin(), chosen.end()});
}

void Chainstate::Impl::remove_files(const std::set<std::uint32_t>& chosen) {
    Height highest = 0;
    for (const auto* constant : index.all()) {
        if (!constant->has(has_data) || !chosen.contains(constant->data.load().file)) continue;
        auto& entry = writable(*constant);
        // Readers in other threads check the status, and check it again when a read fails.
        entry.status &= ~std::uint32_t{has_data | has_undo};
        entry.data = FilePosition{};
        entry.undo = FilePosition{};
        changes.mark(entry);
        highest = std::max(highest, entry.height);
    }
    std::erase_if(unlinked, [](const auto& item) { return !item.second->has(has_data); });
    // The index first: a file that no entry names is removed at the next start.
    write_index();
    for (const auto file : chosen) {
        store->blocks().remove(file);
        store->undo().remove(file);
    }
    store->sync();
    pruning.set_pruned();
    log::info("Pruned {} block file(s), blocks up to height {}", chosen.size(), highest);
}

void Chainstate::allow_pruning(std::function<Height()> limit) {
    impl_->pruning.allow(std::move(limit));
}

void Chainstate::prune(Height height) {
    impl_->prune(height);
}

}  // namespace daler::chain
