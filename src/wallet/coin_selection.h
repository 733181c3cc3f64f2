#pragma once

#include <daler/primitives/amount.h>
#include <daler/util/random.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace daler::wallet {

/// A coin that a selection may choose.
struct Candidate {
    Amount value;          ///< effective value: its amount less the fee of spending it
    Amount fee;            ///< of spending it now
    Amount long_term_fee;  ///< of spending it at the long-term fee rate
    std::int64_t weight;   ///< of the input
};

/// What a selection must reach.
struct SelectionGoal {
    Amount target;          ///< payments and the fee of everything but inputs
    Amount change_fee;      ///< of the change output
    Amount cost_of_change;  ///< of making the change output now and spending it later
    Amount min_change;      ///< smaller change is not made
    Amount wanted_change;   ///< change that the random draw aims for
    std::int64_t max_weight;
    bool allow_exact = true;  ///< look for a selection without change
};

/// A set of coins whose sum exceeds the target by at most the cost of change, so that no change is
/// needed. Of those that a bounded search finds, the one with the least waste. Positions in
/// `coins`.
[[nodiscard]] std::optional<std::vector<std::size_t>> branch_and_bound(
    std::span<const Candidate> coins, const SelectionGoal& goal);

/// Takes coins in random order until target and wanted change are reached.
[[nodiscard]] std::optional<std::vector<std::size_t>> single_random_draw(
    std::span<const Candidate> coins, const SelectionGoal& goal, Random& random);

/// The fewest coins that reach target and change.
[[nodiscard]] std::optional<std::vector<std::size_t>> largest_first(
    std::span<const Candidate> coins, const SelectionGoal& goal);

/// The fees of the coins now less their long-term fees, plus the cost of change or, without change,
/// the excess over the target.
[[nodiscard]] Amount waste(std::span<const Candidate> coins, std::span<const std::size_t> chosen,
                           const SelectionGoal& goal);

/// The selection with the least waste of the above that is not too heavy. Of two with equal waste,
/// the one that spends more coins.
[[nodiscard]] std::optional<std::vector<std::size_t>> select_coins(std::span<const Candidate> coins,
                                                                   const SelectionGoal& goal,
                                                                   Random& random);

}  // namespace daler::wallet
