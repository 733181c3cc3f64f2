#include "chainstate_impl.h"

#include <daler/util/ensure.h>
#include <daler/util/log.h>

#include <limits>
#include <set>

namespace daler::chain {
namespace {

// So many blocks below the tip always stay: peers are promised them (BIP 159), and a reorganisation
// takes back at most that many.
constexpr Height blocks_kept = 288;

// Of another branch that is being fetched, so many blocks above the fork stay.
constexpr Height longest_awaited = 1'024;

// What the files may grow by before anybody looks again: one more piece of each kind.
constexpr std::uint64_t room = 17u << 20;
constexpr std::uint64_t room_for_small_files = 2 * BlockStore::small_file_size;

// How often anybody looks while one file grows.
constexpr std::uint32_t growth_step = 16u << 20;

}  // namespace

void Chainstate::Impl::note_growth(FilePosition position) {
    look_for_files = look_for_files || position.file != last_stored.file ||
                     position.offset / growth_step != last_stored.offset / growth_step;
    last_stored = position;
}

bool Chainstate::Impl::over_prune_target() const {
    const auto needed = options.small_files ? room_for_small_files : room;
    return store->size_on_disk() + needed >= *options.prune_target;
}

bool Chainstate::Impl::prune_due() const {
    return prune_limit && look_for_files && options.prune_target.value_or(0) != 0 &&
           tip->height > options.prune_after && over_prune_target();
}

Height Chainstate::Impl::highest_prunable() const {
    // What was not flushed yet is connected again after a crash.
    const auto* flushed = coins->is_flushing() ? nullptr : index.find(coin_database->best_block());
    if (!flushed) return -1;
    const auto safe = last_common_ancestor(flushed, tip)->height;
    return std::min({safe, tip->height - blocks_kept, prune_limit()});
}

std::vector<std::uint32_t> Chainstate::Impl::prunable_files(Height limit) const {
    std::map<std::uint32_t, Height> highest;
    // What was fetched for a chain that may become the best one must stay until it is; but cheap
    // headers must not keep everything.
    const Height last_awaited = last_common_ancestor(best_header, tip)->height + longest_awaited;
    for (const auto* entry : index.all()) {
        if (!entry->has(has_data)) continue;
        auto& height = highest[entry->data.load().file];
        const bool is_awaited = entry->height <= last_awaited &&
                                entry->is_ancestor_of(*best_header) && !entry->is_ancestor_of(*tip);
        height = std::max(height, is_awaited ? std::numeric_limits<Height>::max() : entry->height);
    }
    std::vector<std::uint32_t> found;
    for (const auto& [file, height] : highest) {
        // The last one is being written.
        if (height <= limit && file != highest.rbegin()->first) found.push_back(file);
    }
    return found;
}

void Chainstate::Impl::prune_if_due() {
    if (!prune_due()) return;
    look_for_files = false;
    for (const auto file : prunable_files(highest_prunable())) {
        if (!over_prune_target()) break;
        remove_files({file});
    }
}

void Chainstate::Impl::remove_files(const std::set<std::uint32_t>& chosen) {
    Height highest = 0;
    for (const auto* constant : index.all()) {
        if (!constant->has(has_data) || !chosen.contains(constant->data.load().file)) continue;
        auto& entry = writable(*constant);
        // Readers in other threads look at the status, and once more when a read fails.
        entry.status &= ~std::uint32_t{has_data | has_undo};
        entry.data = FilePosition{};
        entry.undo = FilePosition{};
        mark_changed(entry);
        highest = std::max(highest, entry.height);
    }
    std::erase_if(unlinked, [](const auto& item) { return !item.second->has(has_data); });
    // First the index: a file that nobody names any more is removed at the next start.
    write_index();
    for (const auto file : chosen) {
        store->blocks().remove(file);
        store->undo().remove(file);
    }
    store->sync();
    has_pruned = true;
    log::info("Pruned {} block file(s), blocks up to height {}", chosen.size(), highest);
}

void Chainstate::Impl::prune(Height height) {
    ensure(options.prune_target && prune_limit);
    flush();
    const auto chosen = prunable_files(std::min(height, highest_prunable()));
    if (!chosen.empty()) remove_files({chosen.begin(), chosen.end()});
}

void Chainstate::Impl::check_pruning() {
    for (const auto* entry : index.all())
        has_pruned = has_pruned || entry->is_pruned();
    if (!has_pruned) return;
    if (!options.prune_target) {
        throw StorageError(
            "Old blocks were pruned here. Start with -prune, or with -reindex to go back to all "
            "blocks, which downloads the whole chain again.");
    }
    if (rebuild == Rebuild::coins) {
        throw StorageError(
            "The coins cannot be rebuilt from blocks that were pruned. Start with "
            "-reindex, which downloads the whole chain again.");
    }
    // What a crash left behind, between the index and the files.
    std::set<std::uint32_t> used;
    for (const auto& [file, end] : indexed_ends())
        used.insert(file);
    for (auto* kind : {&store->blocks(), &store->undo()}) {
        for (const auto file : kind->numbers()) {
            if (!used.empty() && file < *used.rbegin() && !used.contains(file)) kind->remove(file);
        }
    }
}

void Chainstate::Impl::forget_detached_files() {
    // Blocks whose ancestors were pruned come again when they are downloaded.
    std::uint32_t next = 0;
    for (const auto file : store->blocks().numbers()) {
        if (file == next) {
            ++next;
        } else {
            store->blocks().remove(file);
        }
    }
}

bool Chainstate::Impl::has_blocks_above_fork(const BlockEntry& target) {
    if (!has_pruned) return true;
    const auto* fork = last_common_ancestor(tip, &target);
    for (const auto* entry = &target; entry != fork; entry = entry->previous) {
        if (!entry->has(has_data)) return false;
    }
    // The way there takes back blocks of this chain: their data must be here, too.
    for (const auto* entry = tip; entry != fork; entry = entry->previous) {
        if (entry->has(has_data | has_undo)) continue;
        if (std::exchange(warned_of, &target) == &target) return false;
        log::warning(
            "Block {} (height {}) has more work, but its chain forks off at height {}, below "
            "blocks "
            "that were pruned here. {}",
            target.hash.to_hex(), target.height, fork->height, reindex_remedy);
        return false;
    }
    return true;
}

bool Chainstate::Impl::is_settled(const BlockEntry& entry) const {
    return entry.has(has_data) || (entry.is_pruned() && entry.is_ancestor_of(*tip));
}

void Chainstate::allow_pruning(std::function<Height()> limit) {
    impl_->prune_limit = std::move(limit);
}

void Chainstate::prune(Height height) {
    impl_->prune(height);
}

}  // namespace daler::chain
