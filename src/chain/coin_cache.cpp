#include "coin_cache.h"

#include <daler/util/ensure.h>
#include <daler/util/random.h>

namespace daler::chain {
namespace {

constexpr std::size_t buckets = 256;  // one for each first byte of a key

}  // namespace

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
    to_write_.assign(buckets, {});
    next_to_sort_ = frozen_.cbegin();
    bucket_ = next_in_bucket_ = 0;
    marked_ = false;
}

void CoinCache::write(CoinDatabase::Slice& slice, const Map::value_type& entry) {
    if (entry.second.has(PackedCoin::spent)) {
        slice.erase(entry.first);
    } else {
        slice.put(entry.first, entry.second.unpack());
    }
}

bool CoinCache::sort_frozen(std::chrono::steady_clock::time_point deadline) {
    constexpr std::size_t entries_between_looks = 4096;
    for (std::size_t i = 1; next_to_sort_ != frozen_.cend(); ++next_to_sort_, ++i) {
        if (i % entries_between_looks == 0 && std::chrono::steady_clock::now() >= deadline) break;
        if (!next_to_sort_->second.has(PackedCoin::dirty)) continue;
        to_write_[next_to_sort_->first.txid.bytes[0]].push_back(&*next_to_sort_);
    }
    return next_to_sort_ == frozen_.cend();
}

bool CoinCache::fill(CoinDatabase::Slice& slice) {
    for (; bucket_ < to_write_.size(); ++bucket_, next_in_bucket_ = 0) {
        auto& bucket = to_write_[bucket_];
        if (next_in_bucket_ == 0) {
            std::ranges::sort(bucket, {}, [](const auto* entry) { return entry->first; });
        }
        for (; next_in_bucket_ < bucket.size(); ++next_in_bucket_) {
            if (slice.size() >= database_.slice_size()) return false;
            write(slice, *bucket[next_in_bucket_]);
        }
    }
    return true;
}

bool CoinCache::write_slices(std::chrono::milliseconds limit) {
    ensure(flushing_);
    const auto deadline = std::chrono::steady_clock::now() + limit;
    if (!sort_frozen(deadline)) return false;
    do {
        CoinDatabase::Slice slice;
        if (!marked_) slice.mark({frozen_best_block_, stored_best_block_});
        const auto bucket = bucket_;
        const auto next_in_bucket = next_in_bucket_;
        const bool last = fill(slice);
        // A flush that fits into one slice is atomic as it is.
        if (last) slice.finish(frozen_best_block_);
        try {
            database_.write(slice);
        } catch (...) {
            bucket_ = bucket;
            next_in_bucket_ = next_in_bucket;
            throw;
        }
        marked_ = true;
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
    to_write_.clear();
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
    auto next = active_.cbegin();
    while (next != active_.cend()) {
        CoinDatabase::Slice slice;
        slice.mark(heads);
        for (; next != active_.cend() && slice.size() < database_.slice_size(); ++next) {
            if (next->second.has(PackedCoin::dirty)) write(slice, *next);
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
