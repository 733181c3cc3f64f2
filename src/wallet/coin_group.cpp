#include "coin_group.h"

#include <daler/util/ensure.h>

#include <algorithm>

namespace daler::wallet {
namespace {

void sort_by_script(std::vector<PricedCoin>& coins) {
    // Sorted beside the coins, which are large.
    std::vector<std::pair<ScriptKey, std::size_t>> order;
    order.reserve(coins.size());
    for (std::size_t i = 0; i < coins.size(); ++i)
        order.emplace_back(script_key(coins[i]), i);
    std::ranges::sort(order);
    std::vector<PricedCoin> out;
    out.reserve(coins.size());
    for (const auto& [key, position] : order)
        out.push_back(coins[position]);
    coins = std::move(out);
}

/// The first coins of `from` that have the same script.
std::span<PricedCoin> take_script(std::span<PricedCoin>& from) {
    const auto key = script_key(from.front());
    const auto end =
        std::ranges::find_if(from, [&](const PricedCoin& coin) { return script_key(coin) != key; });
    const auto count = static_cast<std::size_t>(end - from.begin());
    const auto out = from.first(count);
    from = from.subspan(count);
    return out;
}

}  // namespace

Candidate CoinGroup::candidate() const {
    auto out = coins_.front().candidate;
    for (const auto& coin : coins_.subspan(1)) {
        out.value += coin.candidate.value;
        out.fee += coin.candidate.fee;
        out.long_term_fee += coin.candidate.long_term_fee;
        out.weight += coin.candidate.weight;
    }
    return out;
}

Height CoinGroup::depth() const {
    return std::ranges::min_element(coins_, {}, &PricedCoin::depth)->depth;
}

bool CoinGroup::is_from_me() const {
    return std::ranges::all_of(coins_, &PricedCoin::from_me);
}

MempoolChain CoinGroup::chain() const {
    MempoolChain out{0, 0};
    for (const auto& coin : coins_) {
        out.ancestors += coin.chain.ancestors;
        out.descendants = std::max(out.descendants, coin.chain.descendants);
    }
    return out;
}

ScriptKey script_key(const PricedCoin& coin) {
    ensure(coin.place.has_value());
    return {coin.place->record, coin.place->index, coin.type};
}

std::vector<CoinGroup> make_groups(std::vector<PricedCoin>& coins, Grouping grouping,
                                   Random& random) {
    std::vector<CoinGroup> out;
    out.reserve(coins.size());
    if (grouping == Grouping::none) {
        for (const auto& coin : coins)
            out.emplace_back(std::span(&coin, 1));
        return out;
    }
    sort_by_script(coins);
    for (std::span left(coins); !left.empty();) {
        auto same = take_script(left);
        const bool is_too_large = same.size() > max_group_size;
        if (is_too_large) std::shuffle(same.begin(), same.end(), random);
        while (!same.empty()) {
            const auto size = std::min(same.size(), max_group_size);
            out.emplace_back(same.first(size), is_too_large && size < max_group_size);
            same = same.subspan(size);
        }
    }
    return out;
}

}  // namespace daler::wallet
