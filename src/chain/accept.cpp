#include "chainstate_impl.h"

#include <daler/util/ensure.h>
#include <daler/util/log.h>

#include <deque>

namespace daler::chain {

using consensus::Reason;
using consensus::Verdict;

Verdict Chainstate::Impl::accept_header(const BlockHeader& header, const BlockHash& hash,
                                        BlockTime now, BlockEntry** entry) {
    if (auto* known = index.find(hash)) {
        if (entry) *entry = known;
        if (known->is_failed()) return consensus::reject(Reason::duplicate_invalid);
        return {};
    }
    if (auto verdict = consensus::check_header(header, hash, params); !verdict) return verdict;
    const auto* parent = index.find(header.previous);
    if (!parent) return consensus::reject(Reason::previous_not_found);
    if (parent->is_failed()) return consensus::reject(Reason::bad_previous);
    if (auto verdict = consensus::check_header_in_chain(header, EntryChain(*parent), now, params);
        !verdict) {
        return verdict;
    }
    auto& added = index.insert(header, hash);
    mark_changed(added);
    unrecorded.push_back(&added);
    ++unrecorded_without_data;
    if (added.chainwork > best_header->chainwork) best_header = &added;
    if (entry) *entry = &added;
    return {};
}

void Chainstate::Impl::submit(const BlockRef& block, SubmitHandler done) {
    const auto hash = block->header.hash();
    Submitted result;
    result.entry = index.find(hash);
    if (result.entry && result.entry->is_failed()) {
        result.verdict = consensus::reject(Reason::duplicate_invalid);
    } else if (!result.entry || !is_settled(*result.entry)) {
        turn = {};
        result = accept_block(block, hash, clock.now(), std::nullopt, {});
        if (result.verdict) offer(*result.entry, block);
    }
    if (auto* waiting = waiting_for(result.entry)) {
        waiting->push_back({std::move(done), result});
    } else {
        answer({{std::move(done), result}}, result.verdict);
    }
    if (result.is_new) advance(wake ? Pace::turn : Pace::all);
}

std::vector<Waiting>* Chainstate::Impl::waiting_for(const BlockEntry* entry) {
    if (const auto found = pending.find(entry); found != pending.end()) {
        return &found->second.waiting;
    }
    const auto open = std::ranges::find(open_blocks, entry, &OpenBlock::entry);
    return open == open_blocks.end() ? nullptr : &open->waiting;
}

Submitted Chainstate::Impl::submit(const BlockRef& block) {
    finish();
    Submitted result;
    submit(block, [&result](const Submitted* submitted) {
        if (submitted) result = *submitted;
    });
    activate();
    return result;
}

Submitted Chainstate::Impl::accept_block(const BlockRef& block, const BlockHash& hash,
                                         BlockTime now, std::optional<FilePosition> stored,
                                         ByteSpan stored_bytes) {
    StopWatch watch;
    Submitted result;
    result.entry = index.find(hash);
    const auto checked = consensus::check_block(block, hash, params);
    if (!checked) {
        // Nothing is remembered: the header, if it is good, may belong to another, good block.
        result.verdict = fail(checked.error());
        return result;
    }
    BlockEntry* entry = nullptr;
    result.verdict = accept_header(block->header, hash, now, &entry);
    result.entry = entry;
    if (!result.verdict) return result;
    ensure(!entry->has(has_data) && entry->previous);

    result.verdict = consensus::check_block_in_chain(*block, EntryChain(*entry->previous), params);
    if (!result.verdict) {
        if (consensus::blame(result.verdict.error().reason) == consensus::Blame::invalid) {
            mark_failed(*entry);
        }
        return result;
    }
    const auto check_time = watch.lap();
    if (stored) {
        received_block(*entry, *block, *stored, stored_bytes);
    } else {
        record_headers_before(*entry);
        const Bytes bytes = encode(*block);
        received_block(*entry, *block, store->append_block(bytes), bytes);
    }
    log::debug(log::Category::bench, "Accepted {} transactions: check {:.2f} ms, store {:.2f} ms",
               block->transactions.size(), check_time, watch.lap());
    result.is_new = true;
    return result;
}

void Chainstate::Impl::received_block(BlockEntry& entry, const Block& block, FilePosition position,
                                      ByteSpan bytes) {
    if (entry.tx_count == 0) ++known_blocks;
    entry.tx_count = static_cast<std::uint32_t>(block.transactions.size());
    entry.block_size = static_cast<std::uint32_t>(bytes.size());
    entry.block_checksum = crypto::crc32c(bytes);
    entry.data = position;
    note_growth(position);
    // Last: readers of other threads take the members above for good once they see it.
    entry.status |= has_data;
    mark_changed(entry);
    const bool recorded = unrecorded.empty() || entry.sequence < unrecorded.front()->sequence;
    if (!recorded) --unrecorded_without_data;

    if (entry.previous && entry.previous->chain_tx_count == 0) {
        unlinked.emplace(entry.previous, &entry);
    } else {
        link(entry);
    }
    if (!incomplete.empty()) retry_incomplete();
}

void Chainstate::Impl::link(BlockEntry& first) {
    std::deque<BlockEntry*> ready{&first};
    while (!ready.empty()) {
        auto& entry = *ready.front();
        ready.pop_front();
        const std::uint64_t below = entry.previous ? entry.previous->chain_tx_count.load() : 0;
        entry.chain_tx_count = below + entry.tx_count;
        candidates.erase(
            &entry);  // a pruned block that came again: its place depends on the number
        entry.data_sequence = next_data_sequence++;
        const bool eligible = !tip || entry.chainwork >= tip->chainwork;
        if (eligible && !entry.is_failed()) candidates.insert(&entry);
        const auto [begin, end] = unlinked.equal_range(&entry);
        for (auto at = begin; at != end; ++at)
            ready.push_back(at->second);
        unlinked.erase(begin, end);
    }
}

Verdict Chainstate::Impl::test_block(const BlockRef& block, bool check_proof_of_work) {
    const auto hash = block->header.hash();
    if (block->header.previous != tip->hash) return consensus::reject(Reason::bad_previous);
    const EntryChain chain(*tip);
    if (auto verdict = consensus::check_header_in_chain(block->header, chain, clock.now(), params);
        !verdict) {
        return verdict;
    }
    const auto checked = consensus::check_block(block, hash, params, {check_proof_of_work, true});
    if (!checked) return fail(checked.error());
    if (auto verdict = consensus::check_block_in_chain(*block, chain, params); !verdict) {
        return verdict;
    }
    const auto connectable = check_whole(block, {*tip, hash}, cache);
    if (!connectable) return fail(connectable.error());
    return {};
}

Result<Connectable, consensus::Rejection> Chainstate::Impl::check_whole(
    const BlockRef& block, const BlockPlace& place, const script::BoundedSignatureCache* known) {
    coins::CoinOverlay above(*coins);
    above.begin_layer();
    auto connectable = check_connect(*block, place, params, above);
    if (!connectable) return connectable;
    const auto scripts = std::make_shared<ScriptChecks>(block, connectable->undo,
                                                        connectable->flags, known, workers);
    scripts->start({});
    while (scripts->help())
        continue;
    scripts->wait();
    const auto error = scripts->error();
    if (error == script::ScriptError::ok) return connectable;
    return consensus::reject(Reason::script_failed, std::string(script::describe(error)));
}

}  // namespace daler::chain
