#include "coin_selection.h"

#include "selection_order.h"

#include <queue>

namespace daler::wallet {
namespace {

constexpr Amount least_change{50'000};
constexpr Amount largest_change{1'000'000};

// Random subsets of few coins are tried 1000 times; fewer times if there are many coins, because
// the sums of large sets differ little.
constexpr std::size_t max_subsets = 1000;
constexpr std::size_t max_subset_steps = 200'000;

struct Subset {
    std::vector<std::size_t> coins;
    Amount sum;
};

/// The smaller coins, in falling order of value, and random subsets of them.
class Subsets {
public:
    Subsets(std::span<const Candidate> all, std::vector<std::size_t> coins, Random& random)
        : all_(all), coins_(std::move(coins)), random_(random) {
        std::ranges::stable_sort(coins_, std::greater{},
                                 [&](std::size_t i) { return all_[i].value; });
        for (const auto i : coins_)
            total_ += all_[i].value;
    }

    [[nodiscard]] Amount total() const { return total_; }
    [[nodiscard]] Subset whole() const { return {coins_, total_}; }

    /// The smallest sum of at least `wanted` that was found. Requires wanted <= total.
    Subset nearest(Amount wanted) {
        Subset best = whole();
        const auto tries = std::clamp<std::size_t>(
            max_subset_steps / std::max<std::size_t>(coins_.size(), 1), 10, max_subsets);
        for (std::size_t n = 0; n < tries && best.sum != wanted; ++n)
            try_one(wanted, best);
        return best;
    }

private:
    /// Takes each coin by chance, then the others in their order. Each time the sum is enough, it
    /// is compared, and goes on without its last coin.
    void try_one(Amount wanted, Subset& best) {
        taken_.assign(coins_.size(), false);
        Amount sum;
        bool is_enough = false;
        for (const bool by_chance : {true, false}) {
            for (std::size_t i = 0; i < coins_.size() && !(is_enough && !by_chance); ++i) {
                if (by_chance ? !coin_flip() : taken_[i]) continue;
                sum += all_[coins_[i]].value;
                taken_[i] = true;
                if (sum < wanted) continue;
                is_enough = true;
                if (sum < best.sum) note(sum, best);
                sum -= all_[coins_[i]].value;
                taken_[i] = false;
            }
        }
    }

    void note(Amount sum, Subset& best) const {
        best.coins.clear();
        best.sum = sum;
        for (std::size_t i = 0; i < coins_.size(); ++i)
            if (taken_[i]) best.coins.push_back(coins_[i]);
    }

    bool coin_flip() {
        if (bits_left_ == 0) {
            bits_ = random_.next();
            bits_left_ = 64;
        }
        --bits_left_;
        const bool out = (bits_ & 1) != 0;
        bits_ >>= 1;
        return out;
    }

    std::span<const Candidate> all_;
    std::vector<std::size_t> coins_;
    Random& random_;
    Amount total_;
    std::vector<bool> taken_;
    std::uint64_t bits_ = 0;
    int bits_left_ = 0;
};

}  // namespace

Selection knapsack(std::span<const Candidate> coins, const SelectionGoal& goal, Random& random) {
    const Amount wanted = goal.target + goal.wanted_change;
    std::vector<std::size_t> small;
    std::optional<std::size_t> large;  // the least of those that suffice alone
    auto order = positions(coins);
    std::shuffle(order.begin(), order.end(), random);
    for (const auto i : order) {
        if (coins[i].weight > goal.max_weight) continue;
        if (coins[i].value == goal.target) return std::vector{i};
        if (coins[i].value < wanted)
            small.push_back(i);
        else if (!large || coins[i].value < coins[*large].value)
            large = i;
    }
    const auto only_large = large ? Selection(std::vector{*large}) : std::nullopt;
    Subsets subsets(coins, std::move(small), random);
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
    auto order = positions(coins);
    std::shuffle(order.begin(), order.end(), random);
    const auto more_value = [&](std::size_t a, std::size_t b) {
        return coins[a].value > coins[b].value;
    };
    std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(more_value)> chosen(
        more_value);
    Amount sum;
    std::int64_t weight = 0;
    for (const auto i : order) {
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
