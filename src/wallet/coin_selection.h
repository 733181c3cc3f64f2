#pragma once

#include <daler/primitives/amount.h>
#include <daler/util/random.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace daler::wallet {

/// A coin as the selection sees it.
struct Candidate {
    Amount value;          ///< what it adds: its amount, less the fee of spending it
    Amount fee;            ///< of spending it now
    Amount long_term_fee;  ///< of spending it some day
    std::int64_t weight;   ///< of the input
};

/// What is to be reached.
struct SelectionGoal {
    Amount target;          ///< payments and the fee of everything but inputs
    Amount change_fee;      ///< of the change output
    Amount cost_of_change;  ///< of making the change output now and spending it some day
    Amount min_change;      ///< smaller change is not made
    Amount wanted_change;   ///< change that is worth having
    std::int64_t max_weight;
    bool allow_exact = true;  ///< look for a selection without change
};

/// A set of coins whose sum misses the target by no more than the cost of change, so that none is
/// needed; the one with the least waste that a bounded search finds. Positions in `coins`.
[[nodiscard]] std::optional<std::vector<std::size_t>> branch_and_bound(
    std::span<const Candidate> coins, const SelectionGoal& goal);

/// Coins at random until target and change are reached.
[[nodiscard]] std::optional<std::vector<std::size_t>> single_random_draw(
    std::span<const Candidate> coins, const SelectionGoal& goal, Random& random);

/// The fewest coins that reach target and change.
[[nodiscard]] std::optional<std::vector<std::size_t>> largest_first(
    std::span<const Candidate> coins, const SelectionGoal& goal);

/// What a selection loses compared with spending these coins some other day (fees), plus what
/// change costs, or what is given away without change.
[[nodiscard]] Amount waste(std::span<const Candidate> coins, std::span<const std::size_t> chosen,
                           const SelectionGoal& goal);

/// The least wasteful of the above that is not too heavy; of equals the one that spends more coins.
[[nodiscard]] std::optional<std::vector<std::size_t>> select_coins(std::span<const Candidate> coins,
                                                                   const SelectionGoal& goal,
                                                                   Random& random);

}  // namespace daler::wallet
