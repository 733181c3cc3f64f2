#include "chainstate_impl.h"
#include "recovery.h"

#include <daler/coins/disconnect_block.h>
#include <daler/primitives/chain_params.h>
#include <daler/util/ensure.h>
#include <daler/util/log.h>

namespace daler::chain {
namespace {

// Scripts of assumed-valid blocks are skipped only if so much work lies above them that forging it
// would take about that long.
constexpr std::chrono::seconds assume_valid_burial{14 * 24 * 60 * 60};

/// How many blocks the tip of a private chain may be below the best header when the initial
/// download ends.
constexpr Height longest_private_lag = 144;

}  // namespace

void Chainstate::Impl::activate() {
    advance(Pace::all);
    while (!open_blocks.empty()) {
        close_oldest();
        advance(Pace::all);
    }
}

Chainstate::Impl::NextStep Chainstate::Impl::next_step(Pace pace) {
    auto* target = best_candidate();
    const auto& at = newest();
    // A reorganisation continues until the new chain, or the old one again, has its full work.
    const bool reorganises = is_reorganising();
    const bool yields = pace == Pace::turn && !reorganises;
    const bool stops = stopping() && !reorganises;
    if (!target || target == &at || stops)
        return {reorganises && !open_blocks.empty() ? Step::close_oldest : Step::stop};
    if (yields && turn.so_far() > longest_turn) return {Step::end_turn};
    const auto* fork = last_common_ancestor(&at, target);
    if (open_blocks.is_full() || (fork != &at && !open_blocks.empty())) {
        // `wake` is called when the verdict is known.
        return {yields && !open_blocks.is_oldest_ready() ? Step::stop : Step::close_oldest};
    }
    return {fork == &at ? Step::open_next : Step::go_back, target, fork};
}

void Chainstate::Impl::advance(Pace pace) {
    turn_ended_early = false;
    for (auto next = next_step(pace); next.step != Step::stop; next = next_step(pace)) {
        if (next.step == Step::close_oldest) {
            close_oldest();
        } else if (next.step == Step::go_back) {
            go_back_to(*next.fork, *next.target);
        } else if (next.step == Step::open_next) {
            open_block(writable(*next.target->ancestor(next.fork->height + 1)));
        } else {
            turn_ended_early = true;
            wake();
            break;
        }
    }
    release_pending();
    // Without scripts to check there is no worker that would call `wake`.
    if (pace == Pace::turn && open_blocks.is_oldest_ready()) wake();
    // Blocks that add work are published when they are confirmed. The rest is published here.
    if (tip != published_tip)
        settle();
    else
        publish();
}

BlockEntry* Chainstate::Impl::best_candidate() {
    while (auto* best = candidates.best()) {
        if (!best->is_failed() && pruning.can_reach(*best, *tip)) return best;
        if (best->is_failed())
            candidates.remove(*best);
        else
            candidates.set_aside(*best);
    }
    return nullptr;
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
    // Still valid: the block's hash commits to the chain below and so to the coins it spends.
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
    const auto [block, undo] = read_connected(*store, entry);
    const bool clean = coins::disconnect_block(*coins, *block, undo, entry.height);
    if (!clean && !may_be_overwritten(entry.height, params)) coins_do_not_fit(entry);
    coins->set_best_block(entry.previous->hash);
    tip = &writable(*entry.previous);
    // It becomes the tip again if the other chain is invalid.
    candidates.add(entry);
    candidates.add(*tip);
    for (auto* observer : observers)
        observer->block_disconnected(entry, block);
}

void Chainstate::Impl::settle() {
    candidates.remove_below(tip->chainwork);
    publish();
    const auto current = view.load();
    for (auto* observer : observers)
        observer->tip_changed(current);
}

void Chainstate::Impl::publish() {
    if (best_header->chainwork < tip->chainwork) best_header = tip;
    if (initial_download == InitialDownload::running && has_caught_up())
        initial_download = InitialDownload::done;
    const bool downloads =
        initial_download == InitialDownload::running ||
        (initial_download == InitialDownload::unknown && tip->chainwork < minimum_work);
    const bool same = published_tip == tip && published_best_header == best_header &&
                      published_download == downloads;
    if (same) return;
    published_tip = tip;
    published_best_header = best_header;
    published_download = downloads;
    view.store(std::make_shared<const ChainView>(*tip, *best_header, downloads));
}

bool Chainstate::Impl::has_caught_up() const {
    if (tip->chainwork < minimum_work) return false;
    if (params.is_private) return best_header->height - tip->height <= longest_private_lag;
    return tip->header.block_time() >= clock.chain_now() - options.max_tip_age;
}

void Chainstate::Impl::note_peer_headers(bool is_all) {
    if (!params.is_private || initial_download == InitialDownload::done) return;
    if (!has_caught_up())
        initial_download = InitialDownload::running;
    else if (is_all)
        initial_download = InitialDownload::done;
    publish();
}

}  // namespace daler::chain
