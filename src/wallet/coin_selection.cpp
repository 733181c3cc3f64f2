#include "coin_selection.h"

#include <algorithm>
#include <numeric>

namespace daler::wallet {
namespace {

constexpr int max_search_steps = 100'000;

Amount sum(std::span<const Candidate> coins, std::span<const std::size_t> chosen) {
    Amount out;
    for (const auto i : chosen)
        out += coins[i].value;
    return out;
}

std::int64_t weight(std::span<const Candidate> coins, std::span<const std::size_t> chosen) {
    std::int64_t out = 0;
    for (const auto i : chosen)
        out += coins[i].weight;
    return out;
}

std::vector<std::size_t> positions(std::span<const Candidate> coins) {
    std::vector<std::size_t> out(coins.size());
    std::iota(out.begin(), out.end(), std::size_t{0});
    return out;
}

std::vector<std::size_t> by_falling_value(std::span<const Candidate> coins) {
    auto out = positions(coins);
    std::ranges::stable_sort(out, std::greater{}, [&](std::size_t i) { return coins[i].value; });
    return out;
}

/// Takes coins in this order until their sum is enough.
std::optional<std::vector<std::size_t>> take_until(std::span<const Candidate> coins,
                                                   std::vector<std::size_t> order, Amount wanted) {
    Amount total;
    for (std::size_t n = 0; n < order.size(); ++n) {
        total += coins[order[n]].value;
        if (total < wanted) continue;
        order.resize(n + 1);
        return order;
    }
    return std::nullopt;
}

/// A depth-first search over "with or without this coin", from large coins to small ones.
class ExactSearch {
public:
    ExactSearch(std::span<const Candidate> coins, const SelectionGoal& goal)
        : coins_(coins), goal_(goal), order_(by_falling_value(coins)), left_(coins.size() + 1) {
        for (std::size_t i = coins.size(); i-- > 0;)
            left_[i] = left_[i + 1] + coins[order_[i]].value;
    }

    std::optional<std::vector<std::size_t>> run() {
        for (int step = 0; step < max_search_steps; ++step)
            if (!is_dead_end())
                take();
            else if (!backtrack())
                break;
        if (best_.empty()) return std::nullopt;
        for (auto& i : best_)
            i = order_[i];
        return best_;
    }

private:
    bool is_dead_end() {
        if (value_ + left_[next_] < goal_.target || weight_ > goal_.max_weight) return true;
        if (value_ > goal_.target + goal_.cost_of_change) return true;
        // When fees are high, more coins only add waste.
        const bool fees_are_high = !coins_.empty() && coins_[0].fee > coins_[0].long_term_fee;
        if (fees_are_high && !best_.empty() && waste_ > best_waste_) return true;
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
        const auto& twin = coins_[order_[dropped]];
        while (next_ < order_.size() && coins_[order_[next_]].value == twin.value &&
               coins_[order_[next_]].fee == twin.fee) {
            ++next_;
        }
        return true;
    }

    void apply(std::size_t position, int sign) {
        const auto& coin = coins_[order_[position]];
        value_ += coin.value * sign;
        waste_ += (coin.fee - coin.long_term_fee) * sign;
        weight_ += coin.weight * sign;
    }

    std::span<const Candidate> coins_;
    const SelectionGoal& goal_;
    std::vector<std::size_t> order_;
    std::vector<Amount> left_;  ///< sum of the values from a position on
    std::vector<std::size_t> chosen_, best_;
    std::size_t next_ = 0;
    Amount value_, waste_, best_waste_;
    std::int64_t weight_ = 0;
};

}  // namespace

std::optional<std::vector<std::size_t>> branch_and_bound(std::span<const Candidate> coins,
                                                         const SelectionGoal& goal) {
    return ExactSearch(coins, goal).run();
}

std::optional<std::vector<std::size_t>> single_random_draw(std::span<const Candidate> coins,
                                                           const SelectionGoal& goal,
                                                           Random& random) {
    auto order = positions(coins);
    std::shuffle(order.begin(), order.end(), random);
    return take_until(coins, std::move(order), goal.target + goal.change_fee + goal.wanted_change);
}

std::optional<std::vector<std::size_t>> largest_first(std::span<const Candidate> coins,
                                                      const SelectionGoal& goal) {
    auto order = by_falling_value(coins);
    if (auto with_change =
            take_until(coins, order, goal.target + goal.change_fee + goal.min_change)) {
        return with_change;
    }
    return take_until(coins, std::move(order), goal.target);
}

Amount waste(std::span<const Candidate> coins, std::span<const std::size_t> chosen,
             const SelectionGoal& goal) {
    Amount out;
    for (const auto i : chosen)
        out += coins[i].fee - coins[i].long_term_fee;
    const Amount excess = sum(coins, chosen) - goal.target;
    const bool makes_change = excess - goal.change_fee >= goal.min_change;
    return out + (makes_change ? goal.cost_of_change : excess);
}

std::optional<std::vector<std::size_t>> select_coins(std::span<const Candidate> coins,
                                                     const SelectionGoal& goal, Random& random) {
    std::optional<std::vector<std::size_t>> best;
    const auto consider = [&](std::optional<std::vector<std::size_t>> found) {
        if (!found || weight(coins, *found) > goal.max_weight) return;
        if (best) {
            const Amount old_waste = waste(coins, *best, goal);
            const Amount new_waste = waste(coins, *found, goal);
            if (new_waste > old_waste) return;
            if (new_waste == old_waste && found->size() <= best->size()) return;
        }
        best = std::move(found);
    };
    if (goal.allow_exact) consider(branch_and_bound(coins, goal));
    consider(single_random_draw(coins, goal, random));
    consider(largest_first(coins, goal));
    return best;
}

}  // namespace daler::wallet
