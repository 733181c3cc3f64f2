#include "confirmation_stats.h"

#include "buckets.h"

#include <algorithm>
#include <limits>

namespace daler::fees {
namespace {

// The buckets of Bitcoin Core: from 1 to 10,000 sat/vB.
constexpr double lowest_bound = 1000;
constexpr double highest_bound = 1e7;
constexpr double spacing = 1.05;
constexpr double above_all = 1e99;  ///< the bound of the last bucket, in fee_estimates.dat

std::vector<double> make_bounds() {
    std::vector<double> out;
    for (double bound = lowest_bound; bound <= highest_bound; bound *= spacing)
        out.push_back(bound);
    out.push_back(above_all);
    return out;
}

/// Sums over the buckets that are looked at together.
struct Sums {
    double confirmed = 0;  ///< within the target
    double total = 0;      ///< confirmed at any time
    double failed = 0;
    std::int64_t waiting = 0;

    [[nodiscard]] double success() const {
        return confirmed / (total + failed + static_cast<double>(waiting));
    }
    /// The range from bucket `low` to `high`.
    [[nodiscard]] BucketRange range(std::size_t low, std::size_t high) const {
        const auto& bounds = bucket_bounds();
        return {low > 0 ? bounds[low - 1] : 0, bounds[high], confirmed, total,
                static_cast<double>(waiting),  failed};
    }
};

void decay_all(std::vector<double>& values, double factor) {
    for (double& value : values)
        value *= factor;
}

}  // namespace

const std::vector<double>& bucket_bounds() {
    static const std::vector<double> bounds = make_bounds();
    return bounds;
}

std::size_t bucket_of(FeeRate rate) {
    const auto& bounds = bucket_bounds();
    const auto found =
        std::ranges::lower_bound(bounds, static_cast<double>(rate.per_kvb.satoshis()));
    return static_cast<std::size_t>(found - bounds.begin());
}

const HorizonRules& rules_of(Horizon horizon) {
    static constexpr HorizonRules short_term{1, 12, .962, .5};
    static constexpr HorizonRules medium_term{2, 24, .9952, .1};
    static constexpr HorizonRules long_term{24, 42, .99931, .1};
    switch (horizon) {
        case Horizon::short_term:
            return short_term;
        case Horizon::medium_term:
            return medium_term;
        case Horizon::long_term:
            break;
    }
    return long_term;
}

ConfirmationStats::ConfirmationStats(const HorizonRules& rules) : rules_(&rules) {
    const auto buckets = bucket_bounds().size();
    const auto periods = static_cast<std::size_t>(rules.periods);
    rate_sums.resize(buckets);
    counts.resize(buckets);
    confirmed.assign(periods, std::vector<double>(buckets));
    failed.assign(periods, std::vector<double>(buckets));
    forget_all();
}

void ConfirmationStats::forget_all() {
    const auto buckets = bucket_bounds().size();
    waiting_.assign(static_cast<std::size_t>(rules_->max_target()) * buckets, 0);
    waiting_longer_.assign(buckets, 0);
}

std::size_t ConfirmationStats::slot(std::uint32_t height) const {
    return height % static_cast<std::uint32_t>(rules_->max_target()) * waiting_longer_.size();
}

std::uint32_t& ConfirmationStats::waiting(const Counted& transaction, Height best) {
    const auto bucket = bucket_of(transaction.rate);
    const bool is_old = best - transaction.height >= rules_->max_target();
    return is_old ? waiting_longer_[bucket]
                  : waiting_[slot(static_cast<std::uint32_t>(transaction.height)) + bucket];
}

void ConfirmationStats::add(const Counted& transaction) {
    ++waiting(transaction, transaction.height);
}

void ConfirmationStats::add_old(const Counted& transaction, Height best) {
    ++waiting(transaction, best);
}

void ConfirmationStats::forget(const Counted& transaction, Height best) {
    auto& number = waiting(transaction, best);
    if (number > 0) --number;
}

void ConfirmationStats::record_failure(const Counted& transaction, Height best) {
    may_decay_ = true;
    const auto bucket = bucket_of(transaction.rate);
    // Only the periods that it has waited for completely count.
    const auto periods = (best - transaction.height) / rules_->scale;
    for (int i = 0; i < std::min(periods, rules_->periods); ++i)
        failed[static_cast<std::size_t>(i)][bucket] += 1;
}

bool ConfirmationStats::is_empty() const {
    const auto has = [](const std::vector<double>& values) {
        return std::ranges::any_of(values, [](double value) { return value != 0; });
    };
    return !has(counts) && !std::ranges::any_of(failed, has);
}

void ConfirmationStats::begin_block(Height height) {
    const auto oldest = slot(static_cast<std::uint32_t>(height));
    for (std::size_t bucket = 0; bucket < waiting_longer_.size(); ++bucket)
        waiting_longer_[bucket] += std::exchange(waiting_[oldest + bucket], 0);
    may_decay_ = may_decay_ && !is_empty();
    if (!may_decay_) return;
    for (auto* table : {&confirmed, &failed})
        for (auto& values : *table)
            decay_all(values, rules_->decay);
    decay_all(rate_sums, rules_->decay);
    decay_all(counts, rules_->decay);
}

void ConfirmationStats::record_confirmation(const Counted& transaction, Height height) {
    may_decay_ = true;
    const auto bucket = bucket_of(transaction.rate);
    const int blocks = height - transaction.height;
    const int needed = (blocks + rules_->scale - 1) / rules_->scale;
    for (int i = std::max(needed, 1); i <= rules_->periods; ++i)
        confirmed[static_cast<std::size_t>(i - 1)][bucket] += 1;
    counts[bucket] += 1;
    rate_sums[bucket] += static_cast<double>(transaction.rate.per_kvb.satoshis());
}

/// By bucket, how many transactions wait for at least `target` blocks.
std::vector<std::int64_t> ConfirmationStats::waiting_for(int target, Height best) const {
    std::vector<std::int64_t> out(waiting_longer_.begin(), waiting_longer_.end());
    for (int blocks = target; blocks < rules_->max_target(); ++blocks) {
        // Without a sign, as Bitcoin Core computes it: where the chain has fewer blocks than there
        // are slots, some slots count twice, and estimates shall be the same there, too.
        const auto begin =
            slot(static_cast<std::uint32_t>(best) - static_cast<std::uint32_t>(blocks));
        for (std::size_t bucket = 0; bucket < out.size(); ++bucket)
            out[bucket] += waiting_[begin + bucket];
    }
    return out;
}

namespace {

/// The average rate of the bucket with the median transaction of a range.
double median_rate(const ConfirmationStats& stats, std::size_t low, std::size_t high) {
    double half = 0;
    for (std::size_t bucket = low; bucket <= high; ++bucket)
        half += stats.counts[bucket];
    if (half == 0) return -1;
    half /= 2;
    for (std::size_t bucket = low; bucket <= high; ++bucket) {
        if (stats.counts[bucket] >= half) return stats.rate_sums[bucket] / stats.counts[bucket];
        half -= stats.counts[bucket];
    }
    return -1;
}

}  // namespace

Median ConfirmationStats::estimate(int target, double threshold, Height best) const {
    const auto period = static_cast<std::size_t>((target + rules_->scale - 1) / rules_->scale) - 1;
    const auto waiting = waiting_for(target, best);
    const double enough = rules_->sufficient / (1 - rules_->decay);

    Median out;
    // From the highest fee rates down. Buckets are grouped until a group has enough transactions;
    // groups that fail are joined with the next ones.
    Sums sums;
    double in_group = 0;
    bool begins_range = true, is_passing = true;
    std::size_t high = counts.size() - 1, best_low = high, best_high = high;
    bool found = false;
    for (std::size_t bucket = counts.size(); bucket-- > 0;) {
        if (std::exchange(begins_range, false)) high = bucket;
        sums.confirmed += confirmed[period][bucket];
        sums.total += counts[bucket];
        sums.failed += failed[period][bucket];
        sums.waiting += waiting[bucket];
        in_group += counts[bucket];
        if (in_group < enough) continue;
        in_group = 0;
        if (sums.success() < threshold) {
            if (std::exchange(is_passing, false)) out.fail = sums.range(bucket, high);
            continue;
        }
        out.fail = {};
        out.pass = sums.range(bucket, high);
        found = is_passing = begins_range = true;
        best_low = bucket;
        best_high = high;
        sums = {};
    }
    if (found) out.rate = median_rate(*this, best_low, best_high);
    // The lowest buckets had too few transactions.
    if (is_passing && !begins_range) out.fail = sums.range(0, high);
    return out;
}

}  // namespace daler::fees
