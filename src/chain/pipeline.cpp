#include "chainstate_impl.h"

#include <daler/chain/progress.h>
#include <daler/util/ensure.h>
#include <daler/util/log.h>
#include <daler/util/time_text.h>

#include <cmath>

// Several blocks at once: while the workers check the scripts of some, the next are opened on top
// of them. Only the oldest open block can become the tip, so that verdicts come in order. Coins,
// index and observers change when it does.

namespace daler::chain {

void Chainstate::Impl::release_pending() {
    const auto* target = stopping() ? nullptr : best_candidate();
    const auto height = newest().height;
    answer(pending.take_unless([&](const BlockEntry& entry) {
        return target && entry.height > height && entry.is_ancestor_of(*target);
    }),
           {});
}

void Chainstate::Impl::open_block(BlockEntry& entry) {
    auto ready = pending.take(entry);
    if (!ready.block) ready.block = store->read_block(entry);
    ensure(ready.block != nullptr);
    StopWatch watch;
    const auto& block = ready.block;
    overlay->prefetch(*block, workers);
    const auto layer = overlay->begin_layer();
    auto connectable = check_connect(*block, {*entry.previous, entry.hash}, params, *overlay);
    if (!connectable) {
        // Its ancestors' verdicts come first: if one is invalid, this block cannot be judged.
        while (!open_blocks.empty())
            close_oldest();
        overlay->clear();
        if (tip != entry.previous) return answer(std::move(ready.waiting), {});
        reject(entry, connectable.error());
        return answer(std::move(ready.waiting), fail(connectable.error()));
    }
    OpenBlock opened{&entry, block, std::move(*connectable), layer, nullptr, {}};
    opened.waiting = std::move(ready.waiting);
    if (scripts_needed(entry)) {
        opened.scripts = std::make_shared<ScriptChecks>(block, opened.connectable.undo,
                                                        opened.connectable.flags, cache, workers);
        opened.scripts->start(wake);
    }
    opened.opening_time = watch.lap();
    open_blocks.push(std::move(opened));
}

void Chainstate::Impl::close_oldest() {
    open_blocks.wait_for_oldest();
    const auto& scripts = open_blocks.oldest().scripts;
    const auto error = scripts ? scripts->error() : script::ScriptError::ok;
    if (error == script::ScriptError::ok)
        confirm_oldest();
    else
        reject_oldest(error);
}

void Chainstate::Impl::record_connected(BlockEntry& entry, const coins::BlockUndo& undo) {
    if (!entry.has(has_undo)) {
        entry.undo = store->append_undo(entry.data.load().file, undo, entry.previous->hash);
        entry.status |= has_undo;
        changes.mark(entry);
    }
    if (!entry.has(was_connected)) {
        entry.status |= was_connected;
        changes.mark(entry);
    }
}

/// The line that scripts look for.
void Chainstate::Impl::log_new_tip() const {
    log::unlimited_info(
        "UpdateTip: new best={} height={} version={:#010x} log2_work={:f} tx={} date='{}' "
        "progress={:f} cache={:.1f}MiB({}txo)",
        tip->hash.to_hex(), tip->height, static_cast<std::uint32_t>(tip->header.version),
        std::log2(tip->chainwork.to_double()), tip->chain_tx_count.load(),
        time_text(tip->header.block_time()),
        verification_progress(*tip, *best_header, params, clock.chain_now()),
        static_cast<double>(coins->memory_usage()) / (1 << 20), coins->size());
}

void Chainstate::Impl::confirm_oldest() {
    StopWatch watch;
    auto& entry = *open_blocks.oldest().entry;
    record_connected(entry, *open_blocks.oldest().connectable.undo);
    const auto undo_time = watch.lap();
    auto closed = open_blocks.take_oldest();
    coins::apply_block(*coins, *closed.block, *closed.connectable.undo, entry.height,
                       is_bip30_exception({*entry.previous, entry.hash}, params));
    overlay->remove_layer(closed.layer, *closed.block);
    coins->set_best_block(entry.hash);
    tip = &entry;
    candidates.add(entry);
    const auto coins_time = watch.lap();
    log_new_tip();
    for (auto* observer : observers)
        observer->block_connected(entry, closed.block, closed.connectable.undo);
    // A reorganisation is not published before it has more work than the old chain.
    if (tip->chainwork > published_tip->chainwork) settle();
    log::debug(log::Category::bench,
               "Connected {} transactions: open {:.2f} ms, undo {:.2f} ms, coins {:.2f} ms, events "
               "{:.2f} ms",
               closed.block->transactions.size(), closed.opening_time, undo_time, coins_time,
               watch.lap());
    answer(std::move(closed.waiting), {});
    if (closed.block->transactions.size() > 1 && open_blocks.empty()) {
        // Freeing the memory takes time, and the workers are idle.
        workers.run(
            [undo = std::move(closed.connectable.undo), scripts = std::move(closed.scripts)] {});
    }
    maintain_coins();
}

void Chainstate::Impl::reject(BlockEntry& entry, const consensus::Rejection& rejection) {
    log::warning("Block {} (height {}) is invalid: {}", entry.hash.to_hex(), entry.height,
                 consensus::to_text(rejection));
    mark_failed(entry);
    for (auto* observer : observers)
        observer->block_refused(entry, rejection);
}

std::deque<OpenBlock> Chainstate::Impl::take_open_blocks() {
    auto taken = open_blocks.take_all();
    if (overlay) overlay->clear();
    return taken;
}

void Chainstate::Impl::reject_oldest(script::ScriptError error) {
    auto dropped = take_open_blocks();
    const consensus::Rejection rejection{consensus::Reason::script_failed,
                                         std::string(script::describe(error))};
    reject(*dropped.front().entry, rejection);
    // The blocks above are stored, but cannot be connected. Their senders are not to blame.
    consensus::Verdict told = fail(rejection);
    for (auto& open : dropped) {
        answer(std::move(open.waiting), told);
        told = {};
    }
}

void Chainstate::Impl::close_ready() {
    turn = {};
    bool closed = false;
    while (open_blocks.is_oldest_ready()) {
        if (wake && turn.so_far() > longest_turn) return wake();  // others wait, too
        close_oldest();
        closed = true;
    }
    // There may be room for more. If a block was invalid, another chain may be the best.
    if (closed || turn_ended_early) advance(wake ? Pace::turn : Pace::all);
}

void Chainstate::Impl::finish() {
    if (!open_blocks.empty() || turn_ended_early) activate();
}

void Chainstate::Impl::abandon() {
    // Callers that still wait learn that there will be no verdict.
    (void)take_open_blocks();
    (void)pending.take_unless([](const BlockEntry&) { return false; });
}

void Chainstate::Impl::answer(std::vector<WaitingCaller> waiting,
                              const consensus::Verdict& verdict) {
    for (auto& one : waiting)
        one.answer(verdict);
}

}  // namespace daler::chain
