#include "prune_rules.h"

#include <daler/util/ensure.h>
#include <daler/util/log.h>

#include <limits>
#include <map>

namespace daler::chain {
namespace {

// Of another branch that is being fetched, so many blocks above the fork stay.
constexpr Height longest_awaited = 1'024;

// What the files may grow by until they are looked at again: one more piece of each kind.
constexpr std::uint64_t room = 17u << 20;
constexpr std::uint64_t room_for_small_files = 2 * BlockStore::small_file_size;

// The files are looked at each time one has grown by so many bytes.
constexpr std::uint32_t growth_step = 16u << 20;

}  // namespace

void PruneRules::require_allowed() const {
    ensure(options_.prune_target && limit_);
}

void PruneRules::note_growth(FilePosition position) {
    look_for_files_ = look_for_files_ || position.file != last_stored_.file ||
                      position.offset / growth_step != last_stored_.offset / growth_step;
    last_stored_ = position;
}

bool PruneRules::is_over_target(const BlockStore& store) const {
    const auto needed = options_.small_files ? room_for_small_files : room;
    return store.size_on_disk() + needed >= *options_.prune_target;
}

bool PruneRules::is_due(const BlockStore& store, const BlockEntry& tip) const {
    return limit_ && look_for_files_ && options_.prune_target.value_or(0) != 0 &&
           tip.height > options_.prune_after && is_over_target(store);
}

Height PruneRules::highest_prunable(const BlockEntry* flushed, const BlockEntry& tip) const {
    // What was not flushed yet is connected again after a crash.
    if (!flushed) return -1;
    const auto safe = last_common_ancestor(flushed, &tip)->height;
    return std::min({safe, tip.height - blocks_kept, limit_()});
}

std::vector<std::uint32_t> PruneRules::prunable_files(Height limit, const BlockEntry& tip,
                                                      const BlockEntry& best_header) const {
    std::map<std::uint32_t, Height> highest;
    // What was fetched for a chain that may become the best one must stay until it is; but cheap
    // headers must not keep everything.
    const Height last_awaited = last_common_ancestor(&best_header, &tip)->height + longest_awaited;
    for (const auto* entry : index_.all()) {
        if (!entry->has(has_data)) continue;
        auto& height = highest[entry->data.load().file];
        const bool is_awaited = entry->height <= last_awaited &&
                                entry->is_ancestor_of(best_header) && !entry->is_ancestor_of(tip);
        height = std::max(height, is_awaited ? std::numeric_limits<Height>::max() : entry->height);
    }
    std::vector<std::uint32_t> found;
    for (const auto& [file, height] : highest) {
        // The last one is being written.
        if (height <= limit && file != highest.rbegin()->first) found.push_back(file);
    }
    return found;
}

bool PruneRules::can_reach(const BlockEntry& target, const BlockEntry& tip) {
    if (!has_pruned_) return true;
    const auto* fork = last_common_ancestor(&tip, &target);
    for (const auto* entry = &target; entry != fork; entry = entry->previous)
        if (!entry->has(has_data)) return false;
    // The way there takes back blocks of this chain: their data must be here, too.
    for (const auto* entry = &tip; entry != fork; entry = entry->previous) {
        if (entry->has(has_data | has_undo)) continue;
        if (std::exchange(warned_of_, &target) == &target) return false;
        log::warning(
            "Block {} (height {}) has more work, but its chain forks off at height {}, below "
            "blocks that were pruned here. {}",
            target.hash.to_hex(), target.height, fork->height, reindex_remedy);
        return false;
    }
    return true;
}

}  // namespace daler::chain
