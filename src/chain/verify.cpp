#include <daler/coins/disconnect_block.h>
#include "chainstate_impl.h"

#include <daler/util/log.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <fmt/format.h>

namespace daler::chain {
namespace {

/// Coins that can be changed without changing anything: what is taken back here stays here.
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

std::string finding(const BlockEntry& entry, std::string_view what, std::string_view remedy) {
    return fmt::format("Block {} (height {}): {}. {}", entry.hash.to_hex(), entry.height, what,
                       remedy);
}

}  // namespace

Chainstate::Impl::Inspection Chainstate::Impl::inspect(int level, Height count) {
    Inspection result;
    const auto* coins_fit = tip;
    try {
        coins_fit = &look_back(level, count, result);
    } catch (const StorageError& error) {
        result.damage = error.what();
    }
    // Disk trouble in here is not caught: it leaves the coins where they should not be.
    if (level >= 4 && result.damage.empty()) result.damage = connect_again(*coins_fit);
    return result;
}

const BlockEntry& Chainstate::Impl::look_back(int level, Height count, Inspection& result) {
    // Levels: 0 the block can be read, 1 it is whole, 2 so are its undo data, 3 and the coins fit
    // both, 4 and it keeps every rule once more.
    if (count <= 0 || count > tip->height) count = tip->height;
    ScratchCoins scratch(*coins);
    const auto* entry = tip;
    const auto* coins_fit = tip;
    for (Height i = 0; i < count; ++i, entry = entry->previous) {
        if (stopping() || entry->is_pruned()) {
            result.is_complete = false;
            break;
        }
        const auto damaged = [&](std::string_view what,
                                 std::string_view remedy) -> const BlockEntry& {
            result.damage = finding(*entry, what, remedy);
            return *coins_fit;
        };
        const auto block = store->read_block(*entry);
        if (!block) return damaged("the block is missing", reindex_remedy);
        if (level < 1) continue;
        if (!consensus::check_block(block, entry->hash, params)) {
            return damaged("the stored block is not valid", reindex_remedy);
        }
        if (level < 2) continue;
        const auto undo = store->read_undo(*entry);
        if (!undo || !coins::undo_fits(*block, *undo)) {
            return damaged("the undo data are missing", reindex_remedy);
        }
        if (level < 3) continue;
        if (scratch.memory_usage() > options.cache_bytes) {
            // The coins of so many blocks have no place in memory: the rest is looked at less
            // thoroughly.
            result.is_complete = false;
            continue;
        }
        const bool clean = coins::disconnect_block(scratch, *block, *undo, entry->height);
        if (!clean && !may_be_overwritten(entry->height, params)) {
            return damaged("the coins do not fit it", reindex_chainstate_remedy);
        }
        coins_fit = entry->previous;
    }
    return *coins_fit;
}

std::string Chainstate::Impl::connect_again(const BlockEntry& from) {
    // The coins themselves go back and return: nobody sees them in between, and no flush happens.
    for (const auto* entry = tip; entry != &from; entry = entry->previous)
        roll_back(*entry);
    std::string damage;
    for (Height height = from.height + 1; height <= tip->height; ++height) {
        const auto& entry = *tip->ancestor(height);
        const BlockPlace place{*entry.previous, entry.hash};
        const auto block = damage.empty() && !stopping() ? store->read_block(entry) : nullptr;
        if (!block) {
            roll_forward(entry);
            continue;
        }
        const auto connectable = check_whole(block, place, nullptr);
        if (connectable) {
            coins::apply_block(*coins, *block, *connectable->undo, height,
                               is_bip30_exception(place, params));
            continue;
        }
        damage = finding(entry, consensus::to_text(connectable.error()), reindex_remedy);
        roll_forward(entry);
    }
    return damage;
}

void Chainstate::Impl::verify_last_blocks() {
    const auto result = inspect(options.check_level, options.check_blocks);
    if (!result.damage.empty()) throw StorageError(result.damage);
}

bool Chainstate::verify(int level, Height count) {
    impl_->finish();
    const auto result = impl_->inspect(level, count);
    if (!result.damage.empty()) log::error("{}", result.damage);
    return result.damage.empty() && result.is_complete;
}

}  // namespace daler::chain
