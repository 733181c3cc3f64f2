#include <daler/coins/coin_cache.h>

#include "coin_codec.h"

#include <daler/util/ensure.h>

#include <utility>

namespace daler::coins {

CoinCache::CoinCache(CoinDatabase& database, std::size_t budget)
    : database_(database),
      budget_(budget),
      best_block_(database.best_block()),
      stored_best_block_(best_block_) {}

const CoinRecord* CoinCache::find_record(const CoinPlace& place) const {
    const auto* coin = active_.segment(place).find(place);
    if (!coin && flush_) coin = flush_->frozen.segment(place).find(place);
    return coin;
}

std::optional<consensus::Coin> CoinCache::find(const OutPoint& outpoint) {
    const CoinPlace place(outpoint, hasher_);
    if (const auto* coin = find_record(place)) {
        if (coin->has(CoinRecord::spent)) return std::nullopt;
        return database_.decode(outpoint, coin->value());
    }
    const auto value = database_.value(place.key);
    if (!value) return std::nullopt;
    auto coin = database_.decode(outpoint, *value);
    active_.segment(place).put(place, *value, 0);
    return coin;
}

void CoinCache::prefetch(std::span<const OutPoint> outpoints, ThreadPool& workers) {
    struct Missing {
        CoinPlace place;
        std::string value{};
        bool found = false;
        std::exception_ptr trouble{};
    };
    std::vector<Missing> missing;
    for (const auto& outpoint : outpoints) {
        const CoinPlace place(outpoint, hasher_);
        if (!find_record(place)) missing.push_back({place});
    }
    workers.for_each(missing.size(), [&](std::size_t i) {
        auto& coin = missing[i];
        try {
            coin.found = database_.read(coin.place.key, coin.value);
        } catch (...) {
            coin.trouble = std::current_exception();
        }
    });
    for (const auto& [place, value, found, trouble] : missing) {
        if (trouble) std::rethrow_exception(trouble);
        if (found) active_.segment(place).put(place, as_bytes(value), 0);
    }
}

bool CoinCache::has(const OutPoint& outpoint) const {
    const CoinPlace place(outpoint, hasher_);
    const auto* coin = find_record(place);
    return coin ? !coin->has(CoinRecord::spent) : database_.value(place.key).has_value();
}

bool CoinCache::spend(const OutPoint& outpoint) {
    const CoinPlace place(outpoint, hasher_);
    auto& segment = active_.segment(place);
    const auto* here = segment.find(place);
    const auto* coin = here ? here : find_record(place);
    if (coin ? coin->has(CoinRecord::spent) : !database_.value(place.key)) return false;
    if (here && here->has(CoinRecord::fresh))
        segment.erase(place);
    else
        segment.put(place, {}, CoinRecord::dirty | CoinRecord::spent);
    return true;
}

void CoinCache::add(const OutPoint& outpoint, const TxOutput& output, Height height,
                    bool is_coinbase, bool overwrite) {
    ensure(is_money(output.value));
    value_.clear();
    write_coin(value_, output, height, is_coinbase);
    const CoinPlace place(outpoint, hasher_);
    auto& segment = active_.segment(place);
    // The database has no coin at the place of a new one, unless it still has one that was spent
    // here.
    bool fresh = !overwrite;
    if (const auto* old = segment.find(place)) {
        ensure(overwrite || old->has(CoinRecord::spent));
        fresh = old->has(CoinRecord::fresh);
    }
    segment.put(place, value_.view(),
                static_cast<std::uint8_t>(CoinRecord::dirty | (fresh ? CoinRecord::fresh : 0)));
}

void CoinCache::start_flush() {
    ensure(!flush_);
    // Written coins are likely to be used again. They stay while there is room.
    const bool keep = memory_usage() <= budget_ / 2;
    flush_ = std::make_unique<Flush>(std::exchange(active_, {}), best_block_, keep);
}

/// Adds changes to the slice until it is large enough. True when there are no more.
bool CoinCache::fill(Flush& flush, std::size_t slice_size) {
    while (flush.slice.size() < slice_size) {
        if (flush.changes.empty()) {
            if (flush.segment == 0) return true;
            flush.changes = flush.frozen.segment(--flush.segment).changes();
            continue;
        }
        flush.slice.write(*flush.changes.back().record);
        flush.changes.pop_back();
    }
    return flush.changes.empty() && flush.segment == 0;
}

void CoinCache::start_writing() {
    auto& flush = *flush_;
    if (!flush.marked) flush.slice.mark({flush.best_block, stored_best_block_});
    flush.is_last = fill(flush, database_.slice_size());
    // A flush of one slice is atomic without a marker.
    if (flush.is_last) flush.slice.finish(flush.best_block);
    const auto done = std::make_shared<std::promise<void>>();
    flush.written = done->get_future();
    writer_.run([&database = database_, &slice = flush.slice, wake = wake_, done] {
        try {
            database.write(slice);
            done->set_value();
        } catch (...) {
            done->set_exception(std::current_exception());
        }
        if (wake) wake();
    });
}

bool CoinCache::write_slices(std::chrono::milliseconds limit) {
    ensure(flush_ != nullptr);
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (;;) {
        if (!flush_->written.valid()) start_writing();
        if (flush_->written.wait_until(deadline) == std::future_status::timeout) return false;
        flush_->written.get();
        flush_->slice.clear();
        flush_->marked = true;
        retire_written();
        if (flush_->is_last) break;
    }
    stored_best_block_ = flush_->best_block;
    flush_.reset();
    return true;
}

void CoinCache::retire_written() {
    const std::size_t end = flush_->changes.empty() ? flush_->segment : flush_->segment + 1;
    while (flush_->retired > end) {
        const std::size_t number = --flush_->retired;
        auto written = std::exchange(flush_->frozen.segment(number), {});
        if (!flush_->keep) continue;
        auto& current = active_.segment(number);
        written.settle();
        written.absorb(current);
        current = std::move(written);
    }
}

void CoinCache::write_through(const CoinDatabase::Heads& heads) {
    ensure(!flush_);
    Flush flush{std::exchange(active_, {}), best_block_, false};
    bool last = false;
    while (!last) {
        flush.slice.mark(heads);
        last = fill(flush, database_.slice_size());
        database_.write(flush.slice);
        flush.slice.clear();
    }
}

std::size_t CoinCache::size() const {
    return active_.size() + (flush_ ? flush_->frozen.size() : 0);
}

std::size_t CoinCache::memory_usage() const {
    return active_.memory_usage() + (flush_ ? flush_->frozen.memory_usage() : 0);
}

}  // namespace daler::coins
