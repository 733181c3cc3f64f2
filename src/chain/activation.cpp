#include <daler/coins/disconnect_block.h>
#include "chainstate_impl.h"

#include <daler/util/ensure.h>
#include <daler/util/log.h>

#include <fmt/format.h>

namespace daler::chain {
namespace {

// Scripts of assumed-valid blocks are skipped only if so much work lies above them that forging it
// would take about that long.
constexpr std::chrono::seconds assume_valid_burial{14 * 24 * 60 * 60};

}  // namespace

void Chainstate::Impl::activate() {
    advance(Pace::all);
    while (!open_blocks.empty()) {
        close_oldest();
        advance(Pace::all);
    }
}

void Chainstate::Impl::advance(Pace pace) {
    goes_on = false;
    for (;;) {
        auto* target = best_candidate();
        auto* at = newest();
        // A reorganisation goes on until it has won what it gave up, or it is the way back.
        const bool reorganises = is_reorganising();
        const bool yields = pace == Pace::turn && !reorganises;
        const bool stops = stopping() && !reorganises;
        if (!target || target == at || stops) {
            if (!reorganises || open_blocks.empty()) break;
            close_oldest();
            continue;
        }
        if (yields && turn.so_far() > longest_turn) {
            goes_on = true;
            wake();
            break;
        }
        const auto* fork = last_common_ancestor(at, target);
        if (is_window_full() || (fork != at && !open_blocks.empty())) {
            if (yields && !is_oldest_ready()) break;  // it will wake us
            close_oldest();
            continue;
        }
        if (fork != at) go_back_to(*fork, *target);
        auto& next = writable(*target->ancestor(fork->height + 1));
        auto ready = std::move(pending[&next]);
        pending.erase(&next);
        if (!ready.block) ready.block = store->read_block(next);
        ensure(ready.block != nullptr);
        open_block(next, std::move(ready));
    }
    release_pending();
    // Where there was nothing to check nobody else calls for the verdict.
    if (pace == Pace::turn && is_oldest_ready()) wake();
    // What was not told on the way up: a way down, or aside, or headers alone.
    if (tip != published_tip) {
        settle();
    } else {
        publish();
    }
}

BlockEntry* Chainstate::Impl::best_candidate() {
    while (!candidates.empty()) {
        auto* best = *candidates.rbegin();
        if (!best->is_failed() && has_blocks_above_fork(*best)) return best;
        candidates.erase(best);
        if (!best->is_failed()) incomplete.insert(best);
    }
    return nullptr;
}

void Chainstate::Impl::retry_incomplete() {
    for (auto* entry : std::exchange(incomplete, {})) {
        if (!entry->is_failed() && entry->chainwork >= tip->chainwork) candidates.insert(entry);
    }
}

bool Chainstate::Impl::is_reorganising() const {
    return !published_tip->is_ancestor_of(*tip);
}

void Chainstate::Impl::go_back_to(const BlockEntry& fork, const BlockEntry& target) {
    log::info("Reorganisation from {} (height {}) to {} (height {}), fork at height {}",
              tip->hash.to_hex(), tip->height, target.hash.to_hex(), target.height, fork.height);
    while (tip != &fork)
        disconnect_tip();
}

bool Chainstate::Impl::scripts_needed(const BlockEntry& entry) const {
    // They are valid whatever the chain above does: the coins below are part of the block's hash.
    if (entry.has(was_connected)) return false;
    if (assume_valid.is_zero()) return true;
    const auto* assumed = index.find(assume_valid);
    if (!assumed || !entry.is_ancestor_of(*assumed) || !entry.is_ancestor_of(*best_header) ||
        best_header->chainwork < minimum_work) {
        return true;
    }
    const auto work_above = (best_header->chainwork - entry.chainwork).to_double();
    const auto work_of_one = consensus::work_of(best_header->header.bits).to_double();
    const auto blocks = work_above / work_of_one;
    return blocks * static_cast<double>(params.retarget.spacing.count()) <=
           static_cast<double>(assume_valid_burial.count());
}

void Chainstate::Impl::disconnect_tip() {
    ensure(open_blocks.empty());
    auto& entry = *tip;
    const auto block = store->read_block(entry);
    const auto undo = store->read_undo(entry);
    if (!block || !undo || !coins::undo_fits(*block, *undo)) {
        throw StorageError(fmt::format("Block {} (height {}) or its undo data are missing. {}",
                                       entry.hash.to_hex(), entry.height, reindex_remedy));
    }
    const bool clean = coins::disconnect_block(*coins, *block, *undo, entry.height);
    if (!clean && !may_be_overwritten(entry.height, params)) {
        throw StorageError(fmt::format(
            "The coins do not fit block {} (height {}): the coin database is damaged. {}",
            entry.hash.to_hex(), entry.height, reindex_chainstate_remedy));
    }
    coins->set_best_block(entry.previous->hash);
    tip = &writable(*entry.previous);
    // It may come back, if what is tried instead fails.
    candidates.insert(&entry);
    candidates.insert(tip);
    for (auto* listener : listeners)
        listener->block_disconnected(entry, block);
}

void Chainstate::Impl::mark_failed(BlockEntry& failed_entry) {
    failed_entry.status |= failed;
    mark_changed(failed_entry);
    candidates.erase(&failed_entry);
    const bool is_newest = failed_entry.sequence == index.size();
    if (is_newest && best_header != &failed_entry) return;
    for (const auto* other : index.all()) {
        if (other->height <= failed_entry.height || !failed_entry.is_ancestor_of(*other)) continue;
        auto& entry = writable(*other);
        entry.status |= failed_ancestor;
        mark_changed(entry);
        candidates.erase(&entry);
    }
    if (best_header->is_failed()) find_best_header();
}

void Chainstate::Impl::settle() {
    while (!candidates.empty() && (*candidates.begin())->chainwork < tip->chainwork) {
        candidates.erase(candidates.begin());
    }
    publish();
    const auto current = view.load();
    for (auto* listener : listeners)
        listener->tip_changed(current);
}

void Chainstate::Impl::publish() {
    if (best_header->chainwork < tip->chainwork) best_header = tip;
    const bool was_download = initial_download;
    if (initial_download && tip->chainwork >= minimum_work &&
        tip->header.block_time() >= clock.now() - options.max_tip_age) {
        initial_download = false;
    }
    const bool same = published_tip == tip && published_best_header == best_header &&
                      was_download == initial_download;
    if (same) return;
    published_tip = tip;
    published_best_header = best_header;
    view.store(std::make_shared<const ChainView>(*tip, *best_header, initial_download));
}

}  // namespace daler::chain
