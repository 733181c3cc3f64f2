#pragma once

#include "coin_selection.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

namespace daler::wallet {

[[nodiscard]] inline std::vector<std::size_t> positions(std::span<const Candidate> coins) {
    std::vector<std::size_t> out(coins.size());
    std::iota(out.begin(), out.end(), std::size_t{0});
    return out;
}

/// Positions of the coins of at most this value, those of high value first; of equal ones the
/// light ones first.
[[nodiscard]] inline std::vector<std::size_t> by_falling_value(
    std::span<const Candidate> coins,
    Amount most = Amount{std::numeric_limits<std::int64_t>::max()}) {
    // Sorted beside their positions, because there may be thousands of them.
    std::vector<std::tuple<std::int64_t, std::int64_t, std::size_t>> keys;
    keys.reserve(coins.size());
    for (std::size_t i = 0; i < coins.size(); ++i)
        if (coins[i].value <= most)
            keys.emplace_back(-coins[i].value.satoshis(), coins[i].weight, i);
    std::ranges::sort(keys);
    std::vector<std::size_t> out;
    out.reserve(keys.size());
    for (const auto& [value, weight, position] : keys)
        out.push_back(position);
    return out;
}

/// A depth-first search over "with or without this coin", of at most `steps` steps. A Search has
/// `is_dead_end`, which also notes a selection that is good enough; `take`, which takes the next
/// coin; `backtrack`, which takes back the last one and is false if there is none.
template <class Search>
void search_depth_first(Search& search, int steps) {
    for (; steps > 0; --steps)
        if (!search.is_dead_end())
            search.take();
        else if (!search.backtrack())
            return;
}

/// The coins at these positions of an order; nothing if there are none.
[[nodiscard]] inline Selection coins_at(std::span<const std::size_t> order,
                                        std::vector<std::size_t> places) {
    if (places.empty()) return std::nullopt;
    for (auto& place : places)
        place = order[place];
    return places;
}

[[nodiscard]] inline std::int64_t weight_of(std::span<const Candidate> coins,
                                            std::span<const std::size_t> chosen) {
    std::int64_t out = 0;
    for (const auto i : chosen)
        out += coins[i].weight;
    return out;
}

}  // namespace daler::wallet
