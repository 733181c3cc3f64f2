#include "chainstate_impl.h"

#include <daler/util/ensure.h>
#include <daler/util/log.h>

// Several blocks at once: while the workers check the scripts of some, the next are opened on top
// of them. Only the oldest open block can become the tip, so that verdicts come in order, and only
// then do the coins, the index and everybody else hear of it.

namespace daler::chain {
namespace {

constexpr std::size_t max_open_blocks = 16;
constexpr std::size_t max_open_bytes = 32u << 20;
// Of what waits behind them. The rest is read again when its turn comes.
constexpr std::size_t max_pending_bytes = 8u << 20;

}  // namespace

BlockEntry* Chainstate::Impl::newest() {
    return open_blocks.empty() ? tip : open_blocks.back().entry;
}

bool Chainstate::Impl::is_oldest_ready() const {
    return !open_blocks.empty() && open_blocks.front().has_verdict();
}

bool Chainstate::Impl::is_window_full() const {
    return open_blocks.size() >= max_open_blocks || open_bytes >= max_open_bytes;
}

void Chainstate::Impl::offer(const BlockEntry& entry, const BlockRef& block) {
    std::size_t bytes = entry.block_size;
    for (const auto& [other, ready] : pending) {
        if (ready.block) bytes += other->block_size;
    }
    pending[&entry].block = bytes <= max_pending_bytes ? block : nullptr;
}

void Chainstate::Impl::release_pending() {
    const auto* target = stopping() ? nullptr : best_candidate();
    const auto height = newest()->height;
    for (auto at = pending.begin(); at != pending.end();) {
        const auto* entry = at->first;
        if (target && entry->height > height && entry->is_ancestor_of(*target)) {
            ++at;
        } else {
            answer(at->second.waiting, {});
            at = pending.erase(at);
        }
    }
}

void Chainstate::Impl::open_block(BlockEntry& entry, PendingBlock ready) {
    StopWatch watch;
    const auto& block = ready.block;
    overlay->prefetch(*block, workers);
    const auto layer = overlay->begin_layer();
    auto connectable = check_connect(*block, {*entry.previous, entry.hash}, params, *overlay);
    if (!connectable) {
        // Its ancestors' verdicts come first: if one is bad, nothing is known about this block.
        while (!open_blocks.empty())
            close_oldest();
        overlay->clear();
        if (tip != entry.previous) return answer(ready.waiting, {});
        reject(entry, connectable.error());
        return answer(ready.waiting, fail(connectable.error()));
    }
    OpenBlock opened{&entry, block, std::move(*connectable), layer, nullptr, {}};
    opened.waiting = std::move(ready.waiting);
    if (scripts_needed(entry)) {
        opened.scripts = std::make_shared<ScriptChecks>(block, opened.connectable.undo,
                                                        opened.connectable.flags, cache, workers);
        opened.scripts->start(wake);
    }
    opened.opening_time = watch.lap();
    open_bytes += entry.block_size;
    open_blocks.push_back(std::move(opened));
}

bool Chainstate::Impl::help() {
    return std::ranges::any_of(
        open_blocks, [](const OpenBlock& open) { return open.scripts && open.scripts->help(); });
}

void Chainstate::Impl::wait_for_oldest() {
    const auto& oldest = open_blocks.front();
    while (!oldest.has_verdict()) {
        if (!help()) oldest.scripts->wait();
    }
}

void Chainstate::Impl::close_oldest() {
    wait_for_oldest();
    const auto& scripts = open_blocks.front().scripts;
    const auto error = scripts ? scripts->error() : script::ScriptError::ok;
    if (error == script::ScriptError::ok) {
        confirm_oldest();
    } else {
        reject_oldest(error);
    }
}

void Chainstate::Impl::confirm_oldest() {
    StopWatch watch;
    auto& entry = *open_blocks.front().entry;
    if (!entry.has(has_undo)) {
        const auto& undo = open_blocks.front().connectable.undo;
        entry.undo = store->append_undo(entry.data.load().file, *undo, entry.previous->hash);
        entry.status |= has_undo;
        mark_changed(entry);
    }
    if (!entry.has(was_connected)) {
        entry.status |= was_connected;
        mark_changed(entry);
    }
    const auto undo_time = watch.lap();
    auto closed = std::move(open_blocks.front());
    open_blocks.pop_front();
    open_bytes -= entry.block_size;
    coins::apply_block(*coins, *closed.block, *closed.connectable.undo, entry.height,
                       is_bip30_exception({*entry.previous, entry.hash}, params));
    overlay->remove_layer(closed.layer, *closed.block);
    coins->set_best_block(entry.hash);
    tip = &entry;
    candidates.insert(&entry);
    const auto coins_time = watch.lap();
    log::debug(log::Category::validation, "Tip {} (height {}, {} transactions)",
               entry.hash.to_hex(), entry.height, closed.block->transactions.size());
    for (auto* listener : listeners)
        listener->block_connected(entry, closed.block, closed.connectable.undo);
    // The world may know of the middle of a long way up, but not of that of a reorganisation.
    if (tip->chainwork > published_tip->chainwork) settle();
    log::debug(log::Category::bench,
               "Connected {} transactions: open {:.2f} ms, undo {:.2f} ms, coins {:.2f} ms, news "
               "{:.2f} ms",
               closed.block->transactions.size(), closed.opening_time, undo_time, coins_time,
               watch.lap());
    answer(closed.waiting, {});
    if (closed.block->transactions.size() > 1 && open_blocks.empty()) {
        // Giving back its memory takes its time, and the workers have nothing else to do.
        workers.run(
            [undo = std::move(closed.connectable.undo), scripts = std::move(closed.scripts)] {});
    }
    maintain_coins();
}

void Chainstate::Impl::reject(BlockEntry& entry, const consensus::Rejection& rejection) {
    log::warning("Block {} (height {}) is invalid: {}", entry.hash.to_hex(), entry.height,
                 consensus::to_text(rejection));
    mark_failed(entry);
    for (auto* listener : listeners)
        listener->block_refused(entry, rejection);
}

std::deque<OpenBlock> Chainstate::Impl::take_open_blocks() {
    auto taken = std::exchange(open_blocks, {});
    open_bytes = 0;
    // The workers must be done with them: what wakes us up may not be there for long.
    for (const auto& open : taken) {
        if (open.scripts) open.scripts->cancel();
    }
    if (overlay) overlay->clear();
    return taken;
}

void Chainstate::Impl::reject_oldest(script::ScriptError error) {
    const auto dropped = take_open_blocks();
    const consensus::Rejection rejection{consensus::Reason::script_failed,
                                         std::string(script::describe(error))};
    reject(*dropped.front().entry, rejection);
    // Those above are not to blame: they are stored, and will not be connected.
    consensus::Verdict told = fail(rejection);
    for (const auto& open : dropped) {
        answer(open.waiting, told);
        told = {};
    }
}

void Chainstate::Impl::close_ready() {
    turn = {};
    bool closed = false;
    while (is_oldest_ready()) {
        if (wake && turn.so_far() > longest_turn) return wake();  // others wait, too
        close_oldest();
        closed = true;
    }
    // There may be room for more; after a bad verdict another chain may be the best.
    if (closed || goes_on) advance(wake ? Pace::turn : Pace::all);
}

void Chainstate::Impl::finish() {
    if (!open_blocks.empty() || goes_on) activate();
}

void Chainstate::Impl::abandon() {
    const auto disappoint = [](const std::vector<Waiting>& all) {
        for (const auto& waiting : all)
            waiting.done(nullptr);
    };
    for (const auto& open : take_open_blocks())
        disappoint(open.waiting);
    for (const auto& [entry, ready] : std::exchange(pending, {}))
        disappoint(ready.waiting);
}

void Chainstate::Impl::answer(const std::vector<Waiting>& waiting,
                              const consensus::Verdict& verdict) {
    for (const auto& [done, submitted] : waiting) {
        auto told = submitted;
        told.verdict = verdict;
        told.was_connected = told.entry && told.entry->has(was_connected);
        done(&told);
    }
}

}  // namespace daler::chain
