#include "coin_selection.h"

#include "selection_order.h"

namespace daler::wallet {

Amount waste(std::span<const Candidate> coins, std::span<const std::size_t> chosen,
             const SelectionGoal& goal) {
    Amount out, sum;
    for (const auto i : chosen) {
        out += coins[i].fee - coins[i].long_term_fee;
        sum += coins[i].value;
    }
    const Amount excess = sum - goal.target;
    const bool makes_change = excess - goal.change_fee >= goal.min_change;
    return out + (makes_change ? goal.cost_of_change : excess);
}

Selection select_coins(std::span<const Candidate> coins, const SelectionGoal& goal,
                       Random& random) {
    Selection best;
    Amount least;
    const auto consider = [&](Selection found) {
        if (!found) return;
        const Amount cost = waste(coins, *found, goal);
        if (best && (cost > least || (cost == least && found->size() <= best->size()))) return;
        best = std::move(found);
        least = cost;
    };
    if (goal.allow_exact) consider(branch_and_bound(coins, goal));
    // No coins at all, and the transaction would be too heavy with change.
    if (goal.max_weight < 0) return best;
    consider(knapsack(coins, goal, random));
    if (goal.fees_are_high) consider(lightest(coins, goal));
    consider(single_random_draw(coins, goal, random));
    return best;
}

}  // namespace daler::wallet
