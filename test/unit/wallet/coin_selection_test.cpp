#include <test.h>

#include <set>

#include "wallet/coin_selection.h"

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
            .wanted_change = Amount{5000},
            .max_weight = 400'000};
}

std::int64_t sum(const std::vector<Candidate>& coins, const std::vector<std::size_t>& chosen) {
    std::int64_t out = 0;
    for (const auto i : chosen)
        out += coins[i].value.satoshis();
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

TEST_CASE("every selection reaches the target", "[wallet]") {
    Random random(7);
    for (int round = 0; round < 300; ++round) {
        std::vector<Candidate> coins;
        std::int64_t total = 0;
        for (std::uint64_t i = random.below(30) + 1; i > 0; --i) {
            coins.push_back(coin(static_cast<std::int64_t>(random.below(50'000)) + 1,
                                 static_cast<std::int64_t>(random.below(200))));
            total += coins.back().value.satoshis();
        }
        const auto wanted = goal(static_cast<std::int64_t>(random.below(400'000)) + 1);
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
