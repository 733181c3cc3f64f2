#pragma once

#include <daler/fees/estimator.h>

#include <vector>

namespace daler::fees {

/// What defines a horizon.
struct HorizonRules {
    int scale;          ///< blocks of one period
    int periods;        ///< that are distinguished
    double decay;       ///< the weight of older blocks: a factor for each block
    double sufficient;  ///< transactions per block that a range of buckets must have had

    [[nodiscard]] int max_target() const { return scale * periods; }
};
[[nodiscard]] const HorizonRules& rules_of(Horizon horizon);

/// A fee rate before it is rounded, and what it comes from.
struct Median {
    double rate = -1;  ///< satoshis per 1000 virtual bytes; -1: unknown
    BucketRange pass, fail;
};

/// The statistics of one horizon: for each bucket of fee rates how many transactions confirmed, how
/// fast, and how many are waiting.
class ConfirmationStats {
public:
    explicit ConfirmationStats(const HorizonRules& rules);

    // Waiting transactions.
    void add(const Counted& transaction);
    /// Requires that it is counted. `best`: the last block that was reported.
    void forget(const Counted& transaction, Height best);
    void forget_all();
    /// Counts it although it entered some blocks ago.
    void add_old(const Counted& transaction, Height best);

    /// It left unconfirmed. To be called before `forget`.
    void record_failure(const Counted& transaction, Height best);
    /// Begins with the block at `height`: waiting transactions get older, averages decay.
    void begin_block(Height height);
    /// That block confirmed it. To be called after `forget`.
    void record_confirmation(const Counted& transaction, Height height);

    /// See Estimator::estimate_raw. `best`: the last block that was reported.
    [[nodiscard]] Median estimate(int target, double threshold, Height best) const;

    [[nodiscard]] const HorizonRules& rules() const { return *rules_; }

    // Averages that decay, as in fee_estimates.dat. By bucket:
    std::vector<double> rate_sums;
    std::vector<double> counts;
    // By period and bucket:
    std::vector<std::vector<double>> confirmed;  ///< within so many periods or fewer
    std::vector<std::vector<double>> failed;     ///< left after so many periods or more

private:
    [[nodiscard]] bool is_empty() const;
    [[nodiscard]] std::vector<std::int64_t> waiting_for(int target, Height best) const;
    [[nodiscard]] std::uint32_t& waiting(const Counted& transaction, Height best);
    /// Where in waiting_ the buckets of a height begin.
    [[nodiscard]] std::size_t slot(std::uint32_t height) const;

    const HorizonRules* rules_;
    /// Whether there may be averages to decay. A node that downloads the chain has none.
    bool may_decay_ = true;
    /// How many wait, by the height at which they entered (modulo the slots) and bucket.
    std::vector<std::uint32_t> waiting_;
    std::vector<std::uint32_t> waiting_longer_;  ///< for more blocks than there are slots
};

}  // namespace daler::fees
