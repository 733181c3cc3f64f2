#include "coin_selection.h"

#include "selection_order.h"

namespace daler::wallet {
namespace {

constexpr int max_exact_steps = 100'000;

/// A depth-first search over "with or without this coin", from large coins to small ones.
class ExactSearch {
public:
    ExactSearch(std::span<const Candidate> coins, const SelectionGoal& goal)
        : goal_(goal),
          // A larger coin is too much alone.
          order_(by_falling_value(coins, goal.target + goal.cost_of_change)),
          left_(order_.size() + 1),
          fees_are_high_(!coins.empty() && coins[0].fee > coins[0].long_term_fee) {
        coins_.reserve(order_.size());
        for (const auto i : order_)
            coins_.push_back(coins[i]);
        for (std::size_t i = coins_.size(); i-- > 0;)
            left_[i] = left_[i + 1] + coins_[i].value;
    }

    [[nodiscard]] Selection best() const { return coins_at(order_, best_); }

    bool is_dead_end() {
        if (value_ + left_[next_] < goal_.target) return true;
        if (weight_ > goal_.max_weight + goal_.change_weight) return true;
        if (value_ > goal_.target + goal_.cost_of_change) return true;
        // When fees are high, more coins only add waste.
        if (fees_are_high_ && !best_.empty() && waste_ > best_waste_) return true;
        if (value_ < goal_.target) return false;
        const Amount total_waste = waste_ + (value_ - goal_.target);
        if (best_.empty() || total_waste <= best_waste_) {
            best_ = chosen_;
            best_waste_ = total_waste;
        }
        return true;
    }

    void take() {
        apply(next_, 1);
        chosen_.push_back(next_++);
    }

    /// Removes the coin taken last and skips coins of the same value, which would repeat the
    /// search. False if no coin is taken.
    bool backtrack() {
        if (chosen_.empty()) return false;
        const std::size_t dropped = chosen_.back();
        chosen_.pop_back();
        apply(dropped, -1);
        next_ = dropped + 1;
        const auto& twin = coins_[dropped];
        while (next_ < coins_.size() && coins_[next_].value == twin.value &&
               coins_[next_].fee == twin.fee) {
            ++next_;
        }
        return true;
    }

private:
    void apply(std::size_t position, int sign) {
        const auto& coin = coins_[position];
        value_ += coin.value * sign;
        waste_ += (coin.fee - coin.long_term_fee) * sign;
        weight_ += coin.weight * sign;
    }

    const SelectionGoal& goal_;
    std::vector<std::size_t> order_;
    std::vector<Candidate> coins_;  ///< in this order
    std::vector<Amount> left_;      ///< sum of the values from a position on
    const bool fees_are_high_;
    std::vector<std::size_t> chosen_, best_;
    std::size_t next_ = 0;
    Amount value_, waste_, best_waste_;
    std::int64_t weight_ = 0;
};

}  // namespace

Selection branch_and_bound(std::span<const Candidate> coins, const SelectionGoal& goal) {
    ExactSearch search(coins, goal);
    search_depth_first(search, max_exact_steps);
    return search.best();
}

}  // namespace daler::wallet
