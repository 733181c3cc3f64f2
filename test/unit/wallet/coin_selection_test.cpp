#include <test.h>

#include <set>

#include "wallet/selection_order.h"

using namespace daler;
using namespace daler::wallet;

namespace {

Candidate coin(std::int64_t value, std::int64_t fee = 100) {
    return {Amount{value}, Amount{fee}, Amount{50}, 272};
}

SelectionGoal goal(std::int64_t target) {
    return {.target = Amount{target},
            .change_fee = Amount{200},
            .cost_of_change = Amount{300},
            .min_change = Amount{294},
            .wanted_change = Amount{5200},
            .max_weight = 400'000};
}

std::int64_t sum(const std::vector<Candidate>& coins, const std::vector<std::size_t>& chosen) {
    std::int64_t out = 0;
    for (const auto i : chosen)
        out += coins[i].value.satoshis();
    return out;
}

std::vector<Candidate> random_coins(Random& random, std::uint64_t most) {
    std::vector<Candidate> out(random.below(most) + 1);
    for (auto& one : out)
        one = coin(static_cast<std::int64_t>(random.below(50'000)) + 1,
                   static_cast<std::int64_t>(random.below(200)));
    return out;
}

}  // namespace

TEST_CASE("an exact match needs no change", "[wallet]") {
    const std::vector<Candidate> coins{coin(10'000), coin(7'000), coin(3'000), coin(1'000)};
    const auto chosen = branch_and_bound(coins, goal(8'000));
    REQUIRE(chosen);
    CHECK(sum(coins, *chosen) == 8'000);
}

TEST_CASE("a match may exceed the target by the cost of change, not by more", "[wallet]") {
    const std::vector<Candidate> coins{coin(10'000)};
    CHECK(branch_and_bound(coins, goal(9'700)));
    CHECK_FALSE(branch_and_bound(coins, goal(9'699)));
    CHECK(branch_and_bound(coins, goal(10'000)));
    CHECK_FALSE(branch_and_bound(coins, goal(10'001)));
    CHECK_FALSE(branch_and_bound({}, goal(1)));
}

TEST_CASE("of several matches, the search takes the one with the least waste", "[wallet]") {
    // When fees are high, one coin is better than two.
    const std::vector<Candidate> coins{coin(5'000), coin(3'000), coin(8'000)};
    const auto chosen = branch_and_bound(coins, goal(8'000));
    REQUIRE(chosen);
    CHECK(*chosen == std::vector<std::size_t>{2});
    // When they are low, two are better than one.
    const std::vector<Candidate> cheap{coin(5'000, 10), coin(3'000, 10), coin(8'000, 10)};
    CHECK(branch_and_bound(cheap, goal(8'000))->size() == 2);
}

TEST_CASE("the search ends with thousands of coins and no match", "[wallet]") {
    std::vector<Candidate> coins;
    for (int i = 0; i < 2'000; ++i)
        coins.push_back(coin(2'000 + 2 * i));
    // All sums are even, and the window is too narrow for one that is not.
    auto odd = goal(1'000'001);
    odd.cost_of_change = Amount{0};
    CHECK_FALSE(branch_and_bound(coins, odd));
}

TEST_CASE("the lightest selection is the lightest of all", "[wallet]") {
    Random random(3);
    for (int round = 0; round < 300; ++round) {
        auto coins = random_coins(random, 12);
        for (auto& coin : coins)
            coin.weight = 200 + static_cast<std::int64_t>(random.below(8)) * 50;
        const auto wanted = goal(static_cast<std::int64_t>(random.below(200'000)) + 1);
        const auto least = wanted.target + wanted.wanted_change;
        std::optional<std::pair<std::int64_t, Amount>> best;  // weight and sum
        for (std::uint32_t set = 1; set < 1u << coins.size(); ++set) {
            std::int64_t weight = 0;
            Amount sum;
            for (std::size_t i = 0; i < coins.size(); ++i) {
                if ((set >> i & 1) == 0) continue;
                weight += coins[i].weight;
                sum += coins[i].value;
            }
            if (sum >= least && (!best || std::pair(weight, sum) < *best)) best = {weight, sum};
        }
        const auto chosen = lightest(coins, wanted);
        REQUIRE(chosen.has_value() == best.has_value());
        if (!best) continue;
        CHECK(weight_of(coins, *chosen) == best->first);
        CHECK(sum(coins, *chosen) == best->second.satoshis());
    }
}

TEST_CASE("knapsack prefers an exact match, then sums with change, then one larger coin",
          "[wallet]") {
    Random random(5);
    const std::vector<Candidate> exact{coin(9'000), coin(7'000), coin(1'000)};
    CHECK(sum(exact, *knapsack(exact, goal(8'000), random)) == 8'000);
    CHECK(sum(exact, *knapsack(exact, goal(7'000), random)) == 7'000);
    // 10,000 leaves too little for change, 17,000 is more than the larger coin.
    const std::vector<Candidate> larger{coin(10'000), coin(7'000), coin(16'000)};
    CHECK(*knapsack(larger, goal(9'900), random) == std::vector<std::size_t>{2});
    const std::vector<Candidate> two{coin(10'000), coin(7'000), coin(30'000)};
    CHECK(sum(two, *knapsack(two, goal(9'900), random)) == 17'000);
    CHECK_FALSE(knapsack(two, goal(47'001), random));
    CHECK(knapsack(two, goal(47'000), random)->size() == 3);
}

TEST_CASE("of thousands of coins, a sum close to the target is found", "[wallet]") {
    Random random(4);
    std::vector<Candidate> coins(5'000);
    for (auto& one : coins)
        one = coin(static_cast<std::int64_t>(random.below(50'000)) + 1);
    for (const std::int64_t target : {60'000, 1'000'000, 20'000'000}) {
        const auto wanted = goal(target);
        const auto chosen = knapsack(coins, wanted, random);
        REQUIRE(chosen);
        CHECK(sum(coins, *chosen) >= target);
        CHECK(sum(coins, *chosen) <= target + wanted.wanted_change.satoshis() + 1'000);
        CHECK(std::set<std::size_t>(chosen->begin(), chosen->end()).size() == chosen->size());
    }
}

TEST_CASE("of equal coins, each may be chosen", "[wallet]") {
    Random random(6);
    const std::vector<Candidate> coins(8, coin(20'000));
    for (const std::int64_t target : {20'000, 9'000}) {
        std::set<std::size_t> seen;
        for (int i = 0; i < 200; ++i)
            seen.insert(knapsack(coins, goal(target), random)->front());
        CHECK(seen.size() == coins.size());
    }
}

TEST_CASE("a random draw puts the least valuable coins back when it is too heavy", "[wallet]") {
    Random random(9);
    std::vector<Candidate> coins(30, coin(1'000));
    coins.insert(coins.end(), 5, coin(40'000));
    auto wanted = goal(100'000);
    wanted.max_weight = 4 * coins[0].weight;
    for (int i = 0; i < 20; ++i) {
        const auto chosen = single_random_draw(coins, wanted, random);
        REQUIRE(chosen);
        CHECK(sum(coins, *chosen) == 160'000);
    }
    wanted.max_weight = 3 * coins[0].weight;
    CHECK_FALSE(single_random_draw(coins, wanted, random));
}

TEST_CASE("change to aim for is random, and like the payment", "[wallet]") {
    Random random(2);
    std::set<std::int64_t> seen;
    for (int i = 0; i < 200; ++i) {
        const auto change = random_change(Amount{100'000}, random).satoshis();
        CHECK(change >= 50'000);
        CHECK(change < 200'000);
        seen.insert(change);
        CHECK(random_change(Amount{1'000'000'000}, random) < Amount{1'000'000});
    }
    CHECK(seen.size() > 150);
    CHECK(random_change(Amount{25'000}, random) == Amount{50'000});
    CHECK(random_change(Amount{0}, random) == Amount{50'000});
}

TEST_CASE("every selection reaches the target", "[wallet]") {
    Random random(7);
    for (int round = 0; round < 300; ++round) {
        const auto coins = random_coins(random, 30);
        std::int64_t total = 0;
        for (const auto& coin : coins)
            total += coin.value.satoshis();
        auto wanted = goal(static_cast<std::int64_t>(random.below(400'000)) + 1);
        wanted.allow_exact = random.below(3) > 0;
        wanted.fees_are_high = random.below(2) > 0;
        const auto chosen = select_coins(coins, wanted, random);
        CAPTURE(round, total, wanted.target.satoshis());
        REQUIRE(chosen.has_value() == (total >= wanted.target.satoshis()));
        if (!chosen) continue;
        CHECK(sum(coins, *chosen) >= wanted.target.satoshis());
        CHECK(std::set<std::size_t>(chosen->begin(), chosen->end()).size() == chosen->size());
    }
}

TEST_CASE("a selection does not exceed the maximum weight", "[wallet]") {
    Random random(1);
    std::vector<Candidate> coins(10, coin(1'000));
    auto wanted = goal(6'000);
    wanted.max_weight = 272 * 9;
    CHECK(select_coins(coins, wanted, random));
    wanted.max_weight = 272 * 5;
    CHECK_FALSE(select_coins(coins, wanted, random));
}
