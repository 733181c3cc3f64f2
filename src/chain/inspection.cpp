#include "inspection.h"
#include "recovery.h"

#include <daler/coins/disconnect_block.h>
#include <daler/util/log.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <fmt/format.h>

namespace daler::chain {
namespace {

/// A copy of the coins: changes stay here and do not reach the cache.
class ScratchCoins {
public:
    explicit ScratchCoins(coins::CoinCache& below) : below_(below) {}

    std::optional<consensus::Coin> find(const OutPoint& outpoint) {
        const auto found = changes_.find(outpoint);
        return found == changes_.end() ? below_.find(outpoint) : found->second;
    }
    void spend(const OutPoint& outpoint) { changes_[outpoint] = std::nullopt; }
    void add(const OutPoint& outpoint, const TxOutput& output, Height height, bool is_coinbase,
             bool) {
        changes_[outpoint] = consensus::Coin{output, height, is_coinbase};
    }
    /// Roughly: scripts outside the map are not counted.
    [[nodiscard]] std::size_t memory_usage() const {
        return changes_.bucket_count() * sizeof(decltype(changes_)::value_type);
    }

private:
    coins::CoinCache& below_;
    boost::unordered_flat_map<OutPoint, std::optional<consensus::Coin>, coins::OutPointHasher>
        changes_;
};

}  // namespace

Chainstate::Impl::Inspection::Inspection(Impl& chain, int level, Height count)
    : chain_(chain), coins_fit_(chain.tip) {
    try {
        look_back(level, count);
    } catch (const StorageError& error) {
        damage_ = error.what();
    }
    // A StorageError in here is not caught: the coins are then between two blocks.
    if (level >= 4 && damage_.empty()) connect_again();
}

void Chainstate::Impl::Inspection::damaged(const BlockEntry& entry, std::string_view what,
                                           std::string_view remedy) {
    damage_ = fmt::format("Block {} (height {}): {}. {}", entry.hash.to_hex(), entry.height, what,
                          remedy);
}

void Chainstate::Impl::Inspection::look_back(int level, Height count) {
    // Levels: 0 the block can be read, 1 it is whole, 2 so are its undo data, 3 the coins fit both,
    // 4 it is valid when it is connected again.
    const auto& store = *chain_.store;
    const auto* entry = chain_.tip;
    if (count <= 0 || count > entry->height) count = entry->height;
    ScratchCoins scratch(*chain_.coins);
    for (Height i = 0; i < count; ++i, entry = entry->previous) {
        if (chain_.stopping() || entry->is_pruned()) {
            is_complete_ = false;
            return;
        }
        const auto block = store.read_block(*entry);
        if (!block) return damaged(*entry, "the block is missing", reindex_remedy);
        if (level < 1) continue;
        if (!consensus::check_block(block, entry->hash, chain_.params))
            return damaged(*entry, "the stored block is not valid", reindex_remedy);
        if (level < 2) continue;
        const auto undo = store.read_undo(*entry);
        if (!undo || !coins::undo_fits(*block, *undo))
            return damaged(*entry, "the undo data are missing", reindex_remedy);
        if (level < 3) continue;
        if (scratch.memory_usage() > chain_.options.cache_bytes) {
            // The changes of so many blocks need too much memory: the rest is checked at level 2.
            is_complete_ = false;
            continue;
        }
        const bool clean = coins::disconnect_block(scratch, *block, *undo, entry->height);
        if (!clean && !may_be_overwritten(entry->height, chain_.params))
            return damaged(*entry, "the coins do not fit it", reindex_chainstate_remedy);
        coins_fit_ = entry->previous;
    }
}

void Chainstate::Impl::Inspection::connect_again() {
    // Changes the coins themselves and back. They are not read in between, and there is no
    // flush.
    auto& coins = *chain_.coins;
    const auto& store = *chain_.store;
    const auto& tip = *chain_.tip;
    for (const auto* entry = &tip; entry != coins_fit_; entry = entry->previous)
        roll_back(coins, store, *entry);
    for (Height height = coins_fit_->height + 1; height <= tip.height; ++height) {
        const auto& entry = *tip.ancestor(height);
        const BlockPlace place{*entry.previous, entry.hash};
        const bool is_checked = damage_.empty() && !chain_.stopping();
        const auto block = is_checked ? store.read_block(entry) : nullptr;
        if (!block) {
            roll_forward(coins, store, entry);
            continue;
        }
        const auto connectable = chain_.check_whole(block, place, nullptr);
        if (connectable) {
            coins::apply_block(coins, *block, *connectable->undo, height,
                               is_bip30_exception(place, chain_.params));
            continue;
        }
        damaged(entry, consensus::to_text(connectable.error()), reindex_remedy);
        roll_forward(coins, store, entry);
    }
}

bool Chainstate::verify(int level, Height count) {
    impl_->finish();
    const Impl::Inspection result(*impl_, level, count);
    if (!result.damage().empty()) log::error("{}", result.damage());
    return result.damage().empty() && result.is_complete();
}

}  // namespace daler::chain
