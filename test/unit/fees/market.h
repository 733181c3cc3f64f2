#pragma once

#include <daler/fees/estimator.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace daler::fees::test {

/// Transactions and blocks as an Estimator sees them.
class Market {
public:
    Market() { mine({}); }

    static FeeRate sat_per_vbyte(std::int64_t rate) { return {Amount{rate * 1000}}; }

    /// `count` transactions of this rate enter the mempool.
    void send(std::int64_t rate, int count) {
        for (int i = 0; i < count; ++i) {
            const Counted transaction{height, sat_per_vbyte(rate)};
            if (estimator.add(transaction)) waiting.push_back(transaction);
        }
    }
    /// A block confirms all transactions that pay at least this rate.
    void mine_from(std::int64_t rate) {
        const auto stay = std::ranges::partition(waiting, [&](const Counted& transaction) {
            return transaction.rate < sat_per_vbyte(rate);
        });
        const std::vector<Counted> confirmed(stay.begin(), stay.end());
        waiting.erase(stay.begin(), stay.end());
        mine(confirmed);
    }
    void mine(const std::vector<Counted>& confirmed) {
        estimator.block_connected(++height, confirmed);
    }
    /// `blocks` blocks, each after ten transactions of each of these rates.
    void run(int blocks, const std::vector<std::int64_t>& rates, std::int64_t lowest_confirmed) {
        for (int i = 0; i < blocks; ++i) {
            for (const auto rate : rates)
                send(rate, 10);
            mine_from(lowest_confirmed);
        }
    }
    /// All that wait leave.
    void drop_all() {
        for (const auto& transaction : waiting)
            estimator.removed(transaction);
        waiting.clear();
    }

    Height height = 200;
    std::vector<Counted> waiting;
    Estimator estimator;
};

/// "RATE within TARGET: REASON", or "none within TARGET".
inline std::string text(const SmartEstimate& estimate) {
    const auto within = " within " + std::to_string(estimate.target);
    if (!estimate.rate) return "none" + within;
    return std::to_string(estimate.rate->per_kvb.satoshis()) + within + ": " +
           std::string(describe(estimate.reason));
}

/// All answers together, to compare two estimators.
inline std::string answers(const Estimator& estimator) {
    std::string out;
    for (const int target : {1, 2, 3, 6, 12, 13, 25, 48, 49, 144, 504, 1008})
        for (const bool conservative : {false, true})
            out += text(estimator.estimate(target, conservative)) + "\n";
    const auto range = [&](const BucketRange& buckets) {
        for (const double value :
             {buckets.start, buckets.end, buckets.within_target, buckets.total_confirmed,
              buckets.in_mempool, buckets.left_mempool})
            out += std::to_string(value) + " ";
    };
    for (const auto horizon : horizons) {
        const auto raw = estimator.estimate_raw(max_target(horizon), 0.9, horizon);
        range(raw.pass);
        range(raw.fail);
        out += std::to_string(raw.rate.value_or(FeeRate{}).per_kvb.satoshis()) + "\n";
    }
    return out;
}

}  // namespace daler::fees::test
