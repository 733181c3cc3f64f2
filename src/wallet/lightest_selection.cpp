#include "coin_selection.h"

#include "selection_order.h"

namespace daler::wallet {
namespace {

constexpr int max_lightest_steps = 100'000;

/// A depth-first search over "with or without this coin", from large coins to small ones. A branch
/// ends when it cannot be lighter than the best selection.
class LightestSearch {
public:
    LightestSearch(std::span<const Candidate> coins, const SelectionGoal& goal)
        : coins_(coins),
          wanted_(goal.target + goal.wanted_change),
          order_(by_falling_value(coins)),
          left_(coins.size() + 1),
          least_weight_(coins.size() + 1, std::numeric_limits<std::int64_t>::max()),
          best_weight_(goal.max_weight) {
        for (std::size_t i = coins.size(); i-- > 0;) {
            left_[i] = left_[i + 1] + at(i).value;
            least_weight_[i] = std::min(least_weight_[i + 1], at(i).weight);
        }
    }

    [[nodiscard]] Selection best() const { return coins_at(order_, best_); }

    bool is_dead_end() {
        if (weight_ > best_weight_) return true;
        if (value_ < wanted_) return value_ + left_[next_] < wanted_ || is_too_heavy();
        if (best_.empty() || weight_ < best_weight_ || value_ < best_value_) {
            best_ = chosen_;
            best_weight_ = weight_;
            best_value_ = value_;
        }
        return true;
    }

    void take() {
        value_ += at(next_).value;
        weight_ += at(next_).weight;
        chosen_.push_back(next_++);
    }

    /// Removes the coin taken last and skips coins of the same value, which are not lighter. False
    /// if no coin is taken.
    bool backtrack() {
        if (chosen_.empty()) return false;
        const auto dropped = chosen_.back();
        chosen_.pop_back();
        value_ -= at(dropped).value;
        weight_ -= at(dropped).weight;
        next_ = dropped + 1;
        while (next_ < order_.size() && at(next_).value == at(dropped).value)
            ++next_;
        return true;
    }

private:
    [[nodiscard]] const Candidate& at(std::size_t position) const {
        return coins_[order_[position]];
    }

    /// Whether the coins that are still needed must make this heavier than the best selection:
    /// none of them has more value than the next one, or less weight than the lightest.
    [[nodiscard]] bool is_too_heavy() const {
        const auto missing = (wanted_ - value_).satoshis();
        const auto largest = at(next_).value.satoshis();
        const auto number = (missing + largest - 1) / largest;
        return number > (best_weight_ - weight_) / least_weight_[next_];
    }

    std::span<const Candidate> coins_;
    const Amount wanted_;
    std::vector<std::size_t> order_;
    std::vector<Amount> left_;                ///< sum of the values from a position on
    std::vector<std::int64_t> least_weight_;  ///< of the coins from a position on
    std::vector<std::size_t> chosen_, best_;
    std::size_t next_ = 0;
    Amount value_, best_value_;
    std::int64_t weight_ = 0;
    std::int64_t best_weight_;
};

}  // namespace

Selection lightest(std::span<const Candidate> coins, const SelectionGoal& goal) {
    LightestSearch search(coins, goal);
    search_depth_first(search, max_lightest_steps);
    return search.best();
}

}  // namespace daler::wallet
