#include "coin_cache.h"

#include <daler/util/ensure.h>
#include <daler/util/random.h>

namespace daler::chain {

OutPointHasher::OutPointHasher() {
    fill_secure_random({reinterpret_cast<std::uint8_t*>(secret_.data()), sizeof secret_});
}

CoinCache::CoinCache(CoinDatabase& database, std::size_t budget)
    : database_(database),
      budget_(budget),
      best_block_(database.best_block()),
      stored_best_block_(best_block_) {}

CoinCache::Below CoinCache::look_in_frozen(const OutPoint& outpoint) const {
    if (!flushing_) return Below::unknown;
    const auto found = frozen_.find(outpoint);
    if (found == frozen_.end()) return Below::unknown;
    return found->second.has(PackedCoin::spent) ? Below::absent : Below::present;
}

std::optional<consensus::Coin> CoinCache::find(const OutPoint& outpoint) {
    if (const auto found = active_.find(outpoint); found != active_.end()) {
        if (found->second.has(PackedCoin::spent)) return std::nullopt;
        return found->second.unpack();
    }
    switch (look_in_frozen(outpoint)) {
        case Below::absent:
            return std::nullopt;
        case Below::present:
            return frozen_.find(outpoint)->second.unpack();
        case Below::unknown:
            break;
    }
    auto coin = database_.coin(outpoint);
    if (!coin) return std::nullopt;
    const auto [entry, added] =
        active_.emplace(outpoint, PackedCoin(coin->output, coin->height, coin->is_coinbase, 0));
    active_heap_ += entry->second.heap_usage();
    return coin;
}

bool CoinCache::has(const OutPoint& outpoint) const {
    if (const auto found = active_.find(outpoint); found != active_.end()) {
        return !found->second.has(PackedCoin::spent);
    }
    const auto below = look_in_frozen(outpoint);
    if (below != Below::unknown) return below == Below::present;
    return database_.coin(outpoint).has_value();
}

bool CoinCache::spend(const OutPoint& outpoint) {
    const auto found = active_.find(outpoint);
    if (found == active_.end()) {
        auto below = look_in_frozen(outpoint);
        if (below == Below::unknown) {
            below = database_.coin(outpoint) ? Below::present : Below::absent;
        }
        if (below == Below::absent) return false;
        active_.emplace(outpoint, PackedCoin(PackedCoin::dirty));
        return true;
    }
    auto& coin = found->second;
    if (coin.has(PackedCoin::spent)) return false;
    active_heap_ -= coin.heap_usage();
    if (coin.has(PackedCoin::fresh)) {
        active_.erase(found);
    } else {
        coin = PackedCoin(PackedCoin::dirty);
    }
    return true;
}

void CoinCache::add(const OutPoint& outpoint, const TxOutput& output, Height height,
                    bool is_coinbase, bool overwrite) {
    // A coin that is to be new has nothing below it, unless the database still has the one that was
    // spent here.
    PackedCoin packed(output, height, is_coinbase,
                      PackedCoin::dirty | (overwrite ? 0 : PackedCoin::fresh));
    active_heap_ += packed.heap_usage();
    const auto [entry, added] = active_.try_emplace(outpoint, std::move(packed));
    if (added) return;
    auto& old = entry->second;
    ensure(overwrite || old.has(PackedCoin::spent));
    active_heap_ -= old.heap_usage();
    const bool fresh = old.has(PackedCoin::fresh);
    old = std::move(packed);
    old.clear(PackedCoin::fresh);
    if (fresh) old.set(PackedCoin::fresh);
}

void CoinCache::start_flush() {
    ensure(!flushing_);
    flushing_ = true;
    frozen_ = std::exchange(active_, Map());
    frozen_heap_ = std::exchange(active_heap_, 0);
    frozen_best_block_ = best_block_;
    next_to_write_ = frozen_.begin();
    marked_ = false;
}

void CoinCache::write(CoinDatabase::Slice& slice, const OutPoint& outpoint,
                      const PackedCoin& coin) {
    if (!coin.has(PackedCoin::dirty)) return;
    if (coin.has(PackedCoin::spent)) {
        slice.erase(outpoint);
    } else {
        slice.put(outpoint, coin.unpack());
    }
}

bool CoinCache::write_slices(std::chrono::milliseconds limit) {
    ensure(flushing_);
    const auto deadline = std::chrono::steady_clock::now() + limit;
    do {
        CoinDatabase::Slice slice;
        if (!marked_) slice.mark({frozen_best_block_, stored_best_block_});
        const std::size_t empty = slice.size();
        auto next = next_to_write_;
        for (; next != frozen_.end() && slice.size() < database_.slice_size(); ++next) {
            write(slice, next->first, next->second);
        }
        const bool last = next == frozen_.end();
        // A flush that fits into one slice is atomic as it is.
        if (last) slice.finish(frozen_best_block_);
        if (last || slice.size() > empty) database_.write(slice);
        // Only now, so that a failed write can be tried again.
        marked_ = true;
        next_to_write_ = next;
        if (last) {
            finish_flush();
            return true;
        }
    } while (std::chrono::steady_clock::now() < deadline);
    return false;
}

void CoinCache::finish_flush() {
    flushing_ = false;
    stored_best_block_ = frozen_best_block_;
    // What was just written is likely to be used again, as long as there is room for it.
    if (memory_usage() > budget_ / 2) {
        frozen_ = Map();
        frozen_heap_ = 0;
        return;
    }
    boost::unordered::erase_if(
        frozen_, [](const auto& entry) { return entry.second.has(PackedCoin::spent); });
    for (auto& [outpoint, coin] : frozen_) {
        const_cast<PackedCoin&>(coin).clear(PackedCoin::dirty | PackedCoin::fresh);
    }
    for (auto& [outpoint, coin] : active_) {
        const auto [entry, added] = frozen_.try_emplace(outpoint, std::move(coin));
        if (!added) {
            frozen_heap_ -= entry->second.heap_usage();
            entry->second = std::move(coin);
        }
    }
    active_ = std::exchange(frozen_, Map());
    active_heap_ += std::exchange(frozen_heap_, 0);
}

void CoinCache::write_through(const CoinDatabase::Heads& heads) {
    ensure(!flushing_);
    auto next = active_.begin();
    while (next != active_.end()) {
        CoinDatabase::Slice slice;
        slice.mark(heads);
        for (; next != active_.end() && slice.size() < database_.slice_size(); ++next) {
            write(slice, next->first, next->second);
        }
        database_.write(slice);
    }
    active_ = Map();
    active_heap_ = 0;
}

std::size_t CoinCache::map_bytes(const Map& map) {
    // One byte of metadata for each place, and one more for each fifteen.
    return map.bucket_count() * (sizeof(Map::value_type) + 1) + map.bucket_count() / 15;
}

std::size_t CoinCache::memory_usage() const {
    return map_bytes(active_) + active_heap_ + map_bytes(frozen_) + frozen_heap_;
}

bool CoinCache::is_full() const {
    const std::size_t usage = memory_usage();
    if (usage >= budget_) return true;
    // A table that is about to double, and needs the old one beside the new while it moves.
    const bool about_to_grow = active_.size() + active_.size() / 32 >= active_.max_load();
    return about_to_grow && usage + 2 * map_bytes(active_) >= budget_;
}

}  // namespace daler::chain
