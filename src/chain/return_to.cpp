#include "return_to.h"

#include "recovery.h"

#include <daler/util/ensure.h>
#include <daler/util/log.h>

#include <fmt/format.h>

namespace daler::chain {
namespace {

// So many blocks below its tip a savepoint needs: no reorganisation of a pruned node goes deeper.
constexpr Height blocks_needed = PruneRules::blocks_kept;

std::string missing(const BlockEntry& entry) {
    return fmt::format("block {} (height {}) is not stored any more", entry.hash.to_hex(),
                       entry.height);
}

}  // namespace

Result<void, std::string> Chainstate::Impl::Return::check() const {
    const auto* target = chain_.index.find(to_.tip);
    if (!target) return fail(fmt::format("block {} is not known any more", to_.tip.to_hex()));
    const auto* fork = last_common_ancestor(chain_.tip, target);
    for (const auto* at = static_cast<const BlockEntry*>(chain_.tip); at != fork; at = at->previous)
        if (!at->has(has_data | has_undo)) return fail(missing(*at));
    const Height lowest = std::min(fork->height, target->height - blocks_needed);
    for (const auto* at = target; at && at->height > lowest; at = at->previous)
        if (!is_stored(*at)) return fail(missing(*at));
    if (chain_.store->blocks().end(to_.files_end.file) < to_.files_end.offset)
        return fail(std::string("the block files are not those of that time"));
    return {};
}

void Chainstate::Impl::Return::run() {
    chain_.finish();
    move_tip(*chain_.index.find(to_.tip));
    save_coins();
    divide();
    forget();
    chain_.changes.write_return(*chain_.index_database, later_, to_.files_end);
    chain_.store->cut_after(to_.files_end);
    cut_undo_tails(chain_.index, *chain_.store);
    chain_.store->sync_blocks();
    chain_.index_database->set_cut_done();
    chain_.publish();
    for (auto* observer : chain_.observers)
        observer->blocks_forgotten({later_.begin(), later_.end()});
}

void Chainstate::Impl::Return::move_tip(BlockEntry& target) {
    const auto* fork = last_common_ancestor(chain_.tip, &target);
    log::info("Return from {} (height {}) to {} (height {}), fork at height {}",
              chain_.tip->hash.to_hex(), chain_.tip->height, target.hash.to_hex(), target.height,
              fork->height);
    while (chain_.tip != fork)
        chain_.disconnect_tip();
    for (Height height = fork->height + 1; height <= target.height; ++height) {
        auto& next = writable(*target.ancestor(height));
        chain_.open_block(next);
        if (!chain_.open_blocks.empty()) chain_.close_oldest();
        if (chain_.tip == &next) continue;
        throw StorageError(fmt::format("Block {} (height {}) cannot be connected again. {}",
                                       next.hash.to_hex(), next.height, reindex_remedy));
    }
    if (chain_.tip != chain_.published_tip) chain_.settle();
    // Connecting may have written undo data that a rebuild had not made.
    if (fork != &target) chain_.write_index();
}

void Chainstate::Impl::Return::save_coins() {
    // The coins on disk must not be those of a block that is about to be forgotten.
    if (chain_.coins->is_flushing()) chain_.end_flush();
    if (!chain_.coins->has_changes()) return;
    chain_.coins->start_flush();
    chain_.end_flush();
}

void Chainstate::Impl::Return::divide() {
    boost::unordered_flat_set<const BlockEntry*> known;
    const auto add_chain = [&](const BlockEntry* entry) {
        while (entry && known.insert(entry).second)
            entry = entry->previous;
    };
    add_chain(chain_.tip);
    for (const auto& hash : to_.leaves)
        add_chain(chain_.index.find(hash));
    const auto all = chain_.index.all();
    for (const auto* entry : all)
        if (is_stored(*entry)) add_chain(entry);
    for (const auto* entry : all)
        (known.contains(entry) ? kept_ : later_).push_back(&writable(*entry));
    std::ranges::sort(kept_, {}, &BlockEntry::height);
}

void Chainstate::Impl::Return::forget() {
    for (auto* entry : kept_)
        restore(*entry);
    for (auto* entry : later_)
        if (entry->tx_count != 0) --chain_.known_blocks;
    chain_.changes.forget(later_);
    chain_.index.forget(later_);
    chain_.candidates.clear();
    chain_.derive_failed_ancestors();
    std::erase_if(kept_, [](const auto* entry) { return entry->tx_count == 0; });
    chain_.link_all(kept_);
    chain_.find_best_header();
    restore_order();
}

void Chainstate::Impl::Return::restore(BlockEntry& entry) {
    if (entry.has(failed) != were_failed_.contains(entry.hash)) {
        entry.status ^= failed;
        chain_.changes.mark(entry);
    }
    if (entry.has(has_data) && !is_earlier(entry))
        forget_block(entry);
    else if (entry.has(has_undo) && !were_connected_.contains(entry.hash) &&
             !entry.is_ancestor_of(*chain_.tip))
        forget_undo(entry);
}

void Chainstate::Impl::Return::forget_block(BlockEntry& entry) {
    // Readers in other threads check the status, and check it again when a read fails.
    entry.status &= ~std::uint32_t{has_data | has_undo};
    entry.data = FilePosition{};
    entry.undo = FilePosition{};
    chain_.changes.mark(entry);
    // A block of the chain itself was there before: it had been pruned, and was fetched again.
    if (entry.is_ancestor_of(*chain_.tip)) return;
    --chain_.known_blocks;
    entry.status &= ~std::uint32_t{was_connected};
    entry.tx_count = 0;
    entry.chain_tx_count = 0;
    entry.block_size = 0;
    entry.block_checksum = 0;
}

void Chainstate::Impl::Return::forget_undo(BlockEntry& entry) {
    entry.status &= ~std::uint32_t{has_undo | was_connected};
    entry.undo = FilePosition{};
    chain_.changes.mark(entry);
}

void Chainstate::Impl::Return::restore_order() {
    for (const auto& hash : to_.preference) {
        auto* entry = chain_.index.find(hash);
        if (entry && entry->chain_tx_count != 0) chain_.candidates.arrived(*entry);
    }
    chain_.find_candidates();
}

Result<void, std::string> Chainstate::can_return_to(const Savepoint& savepoint) const {
    return Impl::Return(*impl_, savepoint).check();
}

void Chainstate::return_to(const Savepoint& savepoint) {
    Impl::Return step(*impl_, savepoint);
    ensure(step.check().has_value());
    step.run();
}

}  // namespace daler::chain
