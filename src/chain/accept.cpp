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
    changes.add_header(added);
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
        result = accept_block(block, hash, clock.chain_now(), std::nullopt, {});
        if (result.verdict) pending.add(*result.entry, block);
    }
    WaitingCaller caller(std::move(done), result);
    if (auto* waiting = waiting_for(result.entry))
        waiting->push_back(std::move(caller));
    else
        caller.answer(result.verdict);
    if (result.is_new) advance(wake ? Pace::turn : Pace::all);
}

std::vector<WaitingCaller>* Chainstate::Impl::waiting_for(const BlockEntry* entry) {
    auto* waiting = pending.waiting_for(entry);
    return waiting ? waiting : open_blocks.waiting_for(entry);
}

bool Chainstate::Impl::is_settled(const BlockEntry& entry) const {
    return entry.has(has_data) || (entry.is_pruned() && entry.is_ancestor_of(*tip));
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
        // Not remembered as failed: the header may belong to another block that is valid.
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
        if (consensus::blame(result.verdict.error().reason) == consensus::Blame::invalid)
            mark_failed(*entry);
        return result;
    }
    const auto check_time = watch.lap();
    if (stored) {
        received_block(*entry, *block, *stored, stored_bytes);
    } else {
        if (changes.has_headers_before(*entry)) changes.write_headers(*index_database);
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
    pruning.note_growth(position);
    // Last: threads that see this bit read the members above.
    entry.status |= has_data;
    changes.add_data(entry);

    if (entry.previous && entry.previous->chain_tx_count == 0)
        unlinked.emplace(entry.previous, &entry);
    else
        link(entry);
    for (auto* other : candidates.take_set_aside())
        if (!other->is_failed() && other->chainwork >= tip->chainwork) candidates.add(*other);
}

void Chainstate::Impl::link(BlockEntry& first) {
    std::deque<BlockEntry*> ready{&first};
    while (!ready.empty()) {
        auto& entry = *ready.front();
        ready.pop_front();
        const std::uint64_t below = entry.previous ? entry.previous->chain_tx_count.load() : 0;
        entry.chain_tx_count = below + entry.tx_count;
        candidates.arrived(entry);
        const bool eligible = !tip || entry.chainwork >= tip->chainwork;
        if (eligible && !entry.is_failed()) candidates.add(entry);
        const auto [begin, end] = unlinked.equal_range(&entry);
        for (auto at = begin; at != end; ++at)
            ready.push_back(at->second);
        unlinked.erase(begin, end);
    }
}

void Chainstate::Impl::link_all(std::span<BlockEntry* const> entries) {
    unlinked.clear();
    for (auto* entry : entries) {
        const auto below = entry->previous ? entry->previous->chain_tx_count.load() : 0;
        const bool is_linked = !entry->previous || below != 0;
        entry->chain_tx_count = is_linked ? below + entry->tx_count : 0;
        if (!is_linked && entry->has(has_data)) unlinked.emplace(entry->previous, entry);
    }
}

}  // namespace daler::chain
