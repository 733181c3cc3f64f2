#pragma once

#include <daler/primitives/amount.h>
#include <daler/util/random.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace daler::wallet {

/// A coin that a selection may choose, or a group of coins that are spent together.
struct Candidate {
    Amount value;          ///< effective value: its amount less the fee of spending it
    Amount fee;            ///< of spending it now
    Amount long_term_fee;  ///< of spending it at the long-term fee rate
    std::int64_t weight;   ///< of the input
};

/// What a selection must reach.
struct SelectionGoal {
    Amount target;            ///< payments and the fee of everything but inputs
    Amount change_fee;        ///< of the change output
    Amount cost_of_change;    ///< of making the change output now and spending it later
    Amount min_change;        ///< smaller change is not made
    Amount wanted_change;     ///< change that is aimed for, with its fee
    std::int64_t max_weight;  ///< of all chosen coins, with change; negative: none is possible
    std::int64_t change_weight = 0;  ///< by which coins without change may be heavier
    bool allow_exact = true;         ///< look for a selection without change
    /// The fee rate is so high that a light transaction matters more than few coins later on.
    bool fees_are_high = false;
};

/// Positions of the chosen candidates; nothing if there is no selection.
using Selection = std::optional<std::vector<std::size_t>>;

/// A set of coins whose sum exceeds the target by at most the cost of change, so that no change is
/// needed. Of those that a bounded search finds, the one with the least waste.
[[nodiscard]] Selection branch_and_bound(std::span<const Candidate> coins,
                                         const SelectionGoal& goal);

/// The lightest set of coins that reaches target and wanted change ("CoinGrinder"). Of equally
/// light ones that with the smallest sum. The best that a bounded search finds.
[[nodiscard]] Selection lightest(std::span<const Candidate> coins, const SelectionGoal& goal);

/// A set whose sum is close to the target or, if that is not met exactly, close to target and
/// wanted change: the best of many random subsets of the smaller coins, or one larger coin.
[[nodiscard]] Selection knapsack(std::span<const Candidate> coins, const SelectionGoal& goal,
                                 Random& random);

/// Takes coins in random order until the target and some change are reached. Whenever they are too
/// heavy together, the least valuable one is put back. Requires: max_weight is not negative.
[[nodiscard]] Selection single_random_draw(std::span<const Candidate> coins,
                                           const SelectionGoal& goal, Random& random);

/// The fees of the coins now less their long-term fees, plus the cost of change or, without change,
/// the excess over the target.
[[nodiscard]] Amount waste(std::span<const Candidate> coins, std::span<const std::size_t> chosen,
                           const SelectionGoal& goal);

/// The change to aim for in a payment of `payment` per recipient: a random amount between 50,000
/// satoshis and twice the payment, at most 1,000,000, so that change does not stand out.
[[nodiscard]] Amount random_change(Amount payment, Random& random);

/// The selection with the least waste of the above. Of two with equal waste, the one that spends
/// more coins.
[[nodiscard]] Selection select_coins(std::span<const Candidate> coins, const SelectionGoal& goal,
                                     Random& random);

}  // namespace daler::wallet
