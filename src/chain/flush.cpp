#include "chainstate_impl.h"

#include <daler/util/log.h>

// The order of writing makes a crash harmless: blocks and undo data first, then the index that
// points to them, then the coins that depend on both.

namespace daler::chain {
namespace {

// How long a block waits for the disk when blocks come faster than it takes coins.
constexpr std::chrono::milliseconds overfull_wait{20};

}  // namespace

void Chainstate::Impl::write_index() {
    store->sync();
    changes.write(*index_database);
}

void Chainstate::Impl::start_flush() {
    write_index();
    coins->start_flush();
    last_sync = std::chrono::steady_clock::now();
}

bool Chainstate::Impl::continue_flush(std::chrono::milliseconds patience) {
    bool done = coins->write_slices(patience);
    while (!done && coins->is_bursting())
        done = coins->write_slices(flush_step);
    return done;
}

void Chainstate::Impl::end_flush() {
    while (!continue_flush(flush_step))
        continue;
}

void Chainstate::Impl::flush() {
    if (coins->is_flushing()) end_flush();
    if (!coins->has_changes()) {
        write_index();
        last_sync = std::chrono::steady_clock::now();
        return;
    }
    start_flush();
    end_flush();
}

void Chainstate::Impl::maintain() {
    close_ready();
    maintain_coins();
    // Blocks that come faster than the disk takes coins wait for it, each a little.
    if (coins->is_flushing() && coins->is_overfull() && continue_flush(overfull_wait))
        prune_if_due();
}

bool Chainstate::Impl::needs_maintenance() const {
    return !open_blocks.empty() || turn_ended_early || coins->is_flushing() || coins->is_full() ||
           pruning.is_due(*store, *tip);
}

void Chainstate::Impl::maintain_coins() {
    if (coins->is_flushing()) {
        if (continue_flush({})) prune_if_due();
        return;
    }
    const bool due = std::chrono::steady_clock::now() - last_sync >= options.sync_interval;
    if (due) pruning.look_again();
    if (!due && !coins->is_full() && !pruning.is_due(*store, *tip)) return;
    if (!coins->has_changes() && !coins->is_full()) {
        write_index();
        last_sync = std::chrono::steady_clock::now();
        prune_if_due();
        return;
    }
    log::debug(log::Category::coindb, "Flushing {} KiB of coins at height {}",
               coins->memory_usage() >> 10, tip->height);
    start_flush();
    if (continue_flush({})) prune_if_due();
}

}  // namespace daler::chain
