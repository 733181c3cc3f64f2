#include <test.h>

#include "networks/funding.h"

namespace daler::networks {
namespace {

constexpr Amount coins(std::int64_t amount) {
    return Amount{amount * satoshis_per_coin};
}

TEST_CASE("each wallet gets whole coinbases, and they mature", "[networks]") {
    const auto plan = plan_funding(regtest_params(), 3, coins(50));
    REQUIRE(plan);
    CHECK(plan->blocks == std::vector<std::int64_t>{1, 1, 1});
    CHECK(plan->blocks_on_top == 100);
    CHECK(plan_funding(regtest_params(), 1, coins(51))->blocks == std::vector<std::int64_t>{2});
}

TEST_CASE("nothing is mined for nothing", "[networks]") {
    const auto plan = plan_funding(regtest_params(), 2, Amount{});
    REQUIRE(plan);
    CHECK(plan->blocks == std::vector<std::int64_t>{0, 0});
    CHECK(plan->blocks_on_top == 0);
}

TEST_CASE("later wallets need more blocks, because rewards halve", "[networks]") {
    // Regtest halves at height 150: 149 blocks have 50 coins, those after them 25.
    const auto plan = plan_funding(regtest_params(), 151, coins(50));
    REQUIRE(plan);
    CHECK(plan->blocks[148] == 1);
    CHECK(plan->blocks[149] == 2);
}

TEST_CASE("more than the chain issues is refused with what is possible", "[networks]") {
    const auto plan = plan_funding(regtest_params(), 50, coins(300));
    REQUIRE_FALSE(plan);
    CHECK(
        plan.error().starts_with("--fund 300.00: the chain cannot issue as much for 50 wallets. "));
    CHECK(plan.error().find("a little less than 298.99") != std::string::npos);
    CHECK(plan_funding(regtest_params(), 50, coins(290)));
}

}  // namespace
}  // namespace daler::networks
