#include "coin_selection.h"

#include "selection_order.h"

#include <bit>
#include <queue>

namespace daler::wallet {
namespace {

constexpr Amount least_change{50'000};
constexpr Amount largest_change{1'000'000};

// Random subsets of few coins are tried 1000 times; fewer times if there are many coins, because
// the sums of large sets differ little.
constexpr std::size_t max_subsets = 1000;
constexpr std::size_t max_subset_steps = 200'000;
// Of more coins, random ones stand for all.
constexpr std::size_t enough_coins = 500;

/// Takes coins in random order.
class Draw {
public:
    Draw(std::vector<std::size_t> coins, Random& random)
        : coins_(std::move(coins)), random_(random) {}

    [[nodiscard]] bool is_empty() const { return drawn_ == coins_.size(); }
    /// Requires: it is not empty.
    std::size_t take() {
        std::swap(coins_[drawn_], coins_[drawn_ + random_.below(coins_.size() - drawn_)]);
        return coins_[drawn_++];
    }

private:
    std::vector<std::size_t> coins_;
    Random& random_;
    std::size_t drawn_ = 0;
};

struct Subset {
    std::vector<std::size_t> coins;
    Amount sum;
};

/// The smaller coins, in falling order of value, and random subsets of them.
class Subsets {
public:
    Subsets(std::span<const Candidate> all, std::vector<std::size_t> coins, Random& random)
        : coins_(std::move(coins)), random_(random) {
        std::ranges::stable_sort(coins_, std::greater{},
                                 [&](std::size_t i) { return all[i].value; });
        values_.reserve(coins_.size());
        for (const auto i : coins_) {
            values_.push_back(all[i].value);
            total_ += all[i].value;
        }
    }

    [[nodiscard]] Amount total() const { return total_; }

    /// The smallest sum of at least `wanted` that was found. Requires wanted <= total.
    Subset nearest(Amount wanted) {
        best_.assign((coins_.size() + word_bits - 1) / word_bits, ~std::uint64_t{0});
        best_sum_ = total_;
        const auto tries = std::clamp<std::size_t>(
            max_subset_steps / std::max<std::size_t>(coins_.size(), 1), 10, max_subsets);
        for (std::size_t n = 0; n < tries && best_sum_ != wanted; ++n)
            if (!take_by_chance(wanted)) take_rest(wanted);
        Subset out{{}, best_sum_};
        for (std::size_t i = 0; i < coins_.size(); ++i)
            if (best_[i / word_bits] >> i % word_bits & 1) out.coins.push_back(coins_[i]);
        return out;
    }

private:
    // Sets of coins are bits in words: for the coins of a word one random number is needed.
    static constexpr std::size_t word_bits = 64;

    /// Takes coins by chance. Each time the sum is enough, it is compared, and goes on without its
    /// last coin. False if it was never enough.
    bool take_by_chance(Amount wanted) {
        taken_.assign(best_.size(), 0);
        sum_ = {};
        bool is_enough = false;
        for (std::size_t word = 0; word < taken_.size(); ++word) {
            const auto count = std::min(word_bits, coins_.size() - word * word_bits);
            auto chosen = random_.next() & ~std::uint64_t{0} >> (word_bits - count);
            for (; chosen != 0; chosen &= chosen - 1) {
                const auto bit = static_cast<std::size_t>(std::countr_zero(chosen));
                is_enough |= take(word * word_bits + bit, wanted);
            }
        }
        return is_enough;
    }

    /// Takes the other coins in their order, until the sum is enough.
    void take_rest(Amount wanted) {
        for (std::size_t i = 0; i < coins_.size(); ++i)
            if ((taken_[i / word_bits] >> i % word_bits & 1) == 0 && take(i, wanted)) return;
    }

    /// Takes a coin, or compares the sum with it, if that is enough. True if it is.
    bool take(std::size_t coin, Amount wanted) {
        const auto bit = std::uint64_t{1} << coin % word_bits;
        const Amount sum = sum_ + values_[coin];
        if (sum < wanted) {
            taken_[coin / word_bits] |= bit;
            sum_ = sum;
            return false;
        }
        if (sum < best_sum_) {
            best_ = taken_;
            best_[coin / word_bits] |= bit;
            best_sum_ = sum;
        }
        return true;
    }

    std::vector<std::size_t> coins_;
    std::vector<Amount> values_;
    Random& random_;
    Amount total_;
    std::vector<std::uint64_t> taken_, best_;
    Amount sum_, best_sum_;
};

/// One of the coins of this value that are not too heavy, by chance.
std::optional<std::size_t> any_of_value(std::span<const Candidate> coins, Amount value,
                                        std::int64_t max_weight, Random& random) {
    const auto matches = [&](const Candidate& coin) {
        return coin.value == value && coin.weight <= max_weight;
    };
    const auto count = static_cast<std::uint64_t>(std::ranges::count_if(coins, matches));
    if (count == 0) return std::nullopt;
    auto skipped = random.below(count);
    for (std::size_t i = 0;; ++i)
        if (matches(coins[i]) && skipped-- == 0) return i;
}

/// Random ones of these coins, enough for many different sums of at least `wanted`, or all.
std::vector<std::size_t> sample(std::span<const Candidate> coins, std::vector<std::size_t> from,
                                Amount wanted, Random& random) {
    std::vector<std::size_t> out;
    Amount sum;
    for (Draw draw(std::move(from), random); !draw.is_empty();) {
        if (out.size() >= enough_coins && sum >= wanted + wanted) break;
        out.push_back(draw.take());
        sum += coins[out.back()].value;
    }
    return out;
}

}  // namespace

Selection knapsack(std::span<const Candidate> coins, const SelectionGoal& goal, Random& random) {
    const Amount wanted = goal.target + goal.wanted_change;
    if (const auto exact = any_of_value(coins, goal.target, goal.max_weight, random))
        return std::vector{*exact};
    std::vector<std::size_t> small;
    std::optional<Amount> least;  // of the coins that suffice alone
    for (std::size_t i = 0; i < coins.size(); ++i) {
        if (coins[i].weight > goal.max_weight) continue;
        if (coins[i].value < wanted)
            small.push_back(i);
        else if (!least || coins[i].value < *least)
            least = coins[i].value;
    }
    const auto large = least ? any_of_value(coins, *least, goal.max_weight, random) : std::nullopt;
    const auto only_large = large ? Selection(std::vector{*large}) : std::nullopt;
    Subsets subsets(coins, sample(coins, std::move(small), wanted, random), random);
    if (subsets.total() < goal.target) return only_large;
    auto best = subsets.nearest(goal.target);
    const auto has_change = [&] { return best.sum == goal.target || best.sum >= wanted; };
    if (best.sum != goal.target && subsets.total() >= wanted) best = subsets.nearest(wanted);
    if (large && (!has_change() || coins[*large].value <= best.sum)) return only_large;
    if (weight_of(coins, best.coins) > goal.max_weight) return only_large;
    return std::move(best.coins);
}

Selection single_random_draw(std::span<const Candidate> coins, const SelectionGoal& goal,
                             Random& random) {
    const Amount wanted = goal.target + goal.change_fee + std::max(least_change, goal.min_change);
    const auto more_value = [&](std::size_t a, std::size_t b) {
        return coins[a].value > coins[b].value;
    };
    std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(more_value)> chosen(
        more_value);
    Amount sum;
    std::int64_t weight = 0;
    for (Draw draw(positions(coins), random); !draw.is_empty();) {
        const auto i = draw.take();
        chosen.push(i);
        sum += coins[i].value;
        weight += coins[i].weight;
        for (; weight > goal.max_weight; chosen.pop()) {
            sum -= coins[chosen.top()].value;
            weight -= coins[chosen.top()].weight;
        }
        if (sum < wanted) continue;
        std::vector<std::size_t> out;
        for (; !chosen.empty(); chosen.pop())
            out.push_back(chosen.top());
        return out;
    }
    return std::nullopt;
}

Amount random_change(Amount payment, Random& random) {
    const Amount limit = std::min(payment + payment, largest_change);
    if (limit <= least_change) return least_change;
    const auto range = static_cast<std::uint64_t>((limit - least_change).satoshis());
    return least_change + Amount{static_cast<std::int64_t>(random.below(range))};
}

}  // namespace daler::wallet
