#pragma once

#include "coin_selection.h"

#include <algorithm>
#include <numeric>

namespace daler::wallet {

[[nodiscard]] inline std::vector<std::size_t> positions(std::span<const Candidate> coins) {
    std::vector<std::size_t> out(coins.size());
    std::iota(out.begin(), out.end(), std::size_t{0});
    return out;
}

/// Positions of the coins, those of high value first; of equal ones the light ones first.
[[nodiscard]] inline std::vector<std::size_t> by_falling_value(std::span<const Candidate> coins) {
    auto out = positions(coins);
    std::ranges::stable_sort(out, [&](std::size_t a, std::size_t b) {
        if (coins[a].value != coins[b].value) return coins[a].value > coins[b].value;
        return coins[a].weight < coins[b].weight;
    });
    return out;
}

[[nodiscard]] inline std::int64_t weight_of(std::span<const Candidate> coins,
                                            std::span<const std::size_t> chosen) {
    std::int64_t out = 0;
    for (const auto i : chosen)
        out += coins[i].weight;
    return out;
}

}  // namespace daler::wallet
