#include "chainstate_impl.h"

#include <daler/util/log.h>

// The order in which things reach the disk is what makes a crash harmless: blocks and undo data,
// then the index that points to them, then the coins that rest on both.

namespace daler::chain {
namespace {

// How long a block waits that comes too fast.
constexpr std::chrono::milliseconds a_moment{20};

}  // namespace

void Chainstate::Impl::record_headers_before(const BlockEntry& entry) {
    // A restart finds blocks in the files, but headers only in the index: those that came before
    // this block, and without theirs, must be there, or its place is lost.
    const bool own = !unrecorded.empty() && entry.sequence >= unrecorded.front()->sequence;
    if (unrecorded_without_data > (own ? 1u : 0u)) record_headers();
}

void Chainstate::Impl::record_headers() {
    if (unrecorded.empty()) return;
    std::vector<const BlockEntry*> entries(unrecorded.begin(), unrecorded.end());
    index_database->write_headers(entries);
    // They stay in `changed`: the next synced write repeats them.
    unrecorded.clear();
    unrecorded_without_data = 0;
}

void Chainstate::Impl::write_index() {
    store->sync();
    if (changed.empty()) return;
    std::vector<const BlockEntry*> entries(changed.begin(), changed.end());
    std::ranges::sort(entries, {}, &BlockEntry::sequence);
    index_database->write(entries);
    changed.clear();
    unrecorded.clear();
    unrecorded_without_data = 0;
}

void Chainstate::Impl::start_flush() {
    write_index();
    coins->start_flush();
    last_sync = std::chrono::steady_clock::now();
}

bool Chainstate::Impl::continue_flush(std::chrono::milliseconds patience) {
    bool done = coins->write_slices(patience);
    // Only where memory would grow without end.
    while (!done && coins->is_bursting())
        done = coins->write_slices(a_while);
    return done;
}

void Chainstate::Impl::flush() {
    if (coins->is_flushing()) {
        while (!continue_flush(a_while))
            continue;
    }
    if (!coins->has_changes()) {
        write_index();
        last_sync = std::chrono::steady_clock::now();
        return;
    }
    start_flush();
    while (!continue_flush(a_while))
        continue;
}

void Chainstate::Impl::maintain() {
    close_ready();
    maintain_coins();
    // Blocks that come faster than the disk takes coins must wait for it, each a little.
    if (coins->is_flushing() && coins->is_overfull() && continue_flush(a_moment)) prune_if_due();
}

void Chainstate::Impl::maintain_coins() {
    if (coins->is_flushing()) {
        if (continue_flush({})) prune_if_due();
        return;
    }
    const bool due = std::chrono::steady_clock::now() - last_sync >= options.sync_interval;
    look_for_files = look_for_files || due;
    if (!due && !coins->is_full() && !prune_due()) return;
    if (!coins->has_changes() && !coins->is_full()) {
        write_index();
        last_sync = std::chrono::steady_clock::now();
        prune_if_due();
        return;
    }
    log::debug(log::Category::chain, "Flushing {} KiB of coins at height {}",
               coins->memory_usage() >> 10, tip->height);
    start_flush();
    if (continue_flush({})) prune_if_due();
}

}  // namespace daler::chain
