#include "market.h"

#include <test.h>

using namespace daler;
using namespace daler::fees;
using namespace daler::fees::test;

namespace {

constexpr std::string_view by_half = ": Half Target 60% Threshold";

std::string estimate(const Market& market, int target, bool conservative = false) {
    return text(market.estimator.estimate(target, conservative));
}

}  // namespace

TEST_CASE("nothing is estimated before there are transactions and blocks", "[fees]") {
    Market market;
    CHECK(estimate(market, 6) == "none within 0");
    market.send(20, 100);
    CHECK(estimate(market, 6) == "none within 0");
    for (int i = 0; i < 20; ++i)
        market.mine_from(1);
    // 100 transactions, but all of the same block: the time since then is not enough for more.
    CHECK(estimate(market, 1008).ends_with(" within 9: Half Target 60% Threshold"));
}

TEST_CASE("a rate whose transactions confirm at once is the estimate", "[fees]") {
    Market market;
    market.run(30, {20}, 1);
    CHECK(estimate(market, 1) == "20000 within 2" + std::string(by_half));
    CHECK(estimate(market, 6) == "20000 within 6" + std::string(by_half));
    CHECK(estimate(market, 6, true).starts_with("20000 within 6: "));
}

TEST_CASE("the answered target is at most half of the blocks seen, or the highest", "[fees]") {
    Market market;
    market.run(30, {20}, 1);
    CHECK(market.estimator.estimate(1008, false).target == 14);
    market.run(2010, {20}, 1);
    CHECK(market.estimator.estimate(1008, false).target == 1008);
}

TEST_CASE("a rate whose transactions wait is not enough", "[fees]") {
    Market market;
    market.run(40, {5, 20, 100}, 20);
    CHECK(estimate(market, 2).starts_with("20000 "));
    CHECK(estimate(market, 20).starts_with("20000 "));
    const auto raw = market.estimator.estimate_raw(2, 0.85, Horizon::short_term);
    REQUIRE(raw.rate);
    CHECK(raw.rate->per_kvb == Amount{20'000});
    CHECK(raw.fail.in_mempool == 390);  // ten of each block but the last
    CHECK(raw.fail.start == 0);
}

TEST_CASE("transactions that leave unconfirmed are failures of the blocks that they waited for",
          "[fees]") {
    Market market;
    market.run(40, {5, 20}, 20);
    market.drop_all();
    const auto raw = market.estimator.estimate_raw(2, 0.85, Horizon::short_term);
    CHECK(raw.fail.in_mempool == 0);
    CHECK(raw.fail.left_mempool == 390);
    CHECK(market.estimator.estimate_raw(12, 0.85, Horizon::short_term).fail.left_mempool == 290);
    CHECK(estimate(market, 2).starts_with("20000 "));
}

TEST_CASE("one that leaves within its first block is no failure", "[fees]") {
    Market market;
    market.run(40, {20}, 20);
    const auto before = answers(market.estimator);
    market.send(5, 50);
    market.drop_all();
    CHECK(answers(market.estimator) == before);
}

TEST_CASE("longer targets may cost less", "[fees]") {
    Market market;
    // Every sixth block is empty enough for those that pay little.
    for (int i = 0; i < 100; ++i) {
        market.run(5, {3, 50}, 50);
        market.run(1, {3, 50}, 1);
    }
    CHECK(estimate(market, 2).starts_with("50000 "));
    CHECK(estimate(market, 24).starts_with("3000 "));
}

TEST_CASE("a conservative estimate stays when fees have just fallen", "[fees]") {
    Market market;
    for (int i = 0; i < 60; ++i) {
        market.run(10, {5, 50}, 50);
        market.drop_all();
    }
    market.run(100, {5}, 5);
    const auto economical = market.estimator.estimate(2, false);
    const auto conservative = market.estimator.estimate(2, true);
    REQUIRE(economical.rate);
    REQUIRE(conservative.rate);
    CHECK(economical.rate->per_kvb == Amount{5000});
    CHECK(conservative.rate->per_kvb == Amount{50'000});
    CHECK(conservative.reason == Reason::conservative);
}

TEST_CASE("a height that was seen before teaches nothing", "[fees]") {
    Market market;
    market.run(40, {20}, 1);
    const auto before = answers(market.estimator);
    market.send(7, 10);
    const auto waiting = market.waiting;
    REQUIRE(waiting.size() == 10);
    market.estimator.block_connected(market.height, waiting);
    market.waiting.clear();
    CHECK(answers(market.estimator) == before);
}

TEST_CASE("a transaction counts only if the estimator knows the tip", "[fees]") {
    Market market;
    CHECK(market.estimator.add({market.height, FeeRate{Amount{1000}}}));
    CHECK_FALSE(market.estimator.add({market.height - 1, FeeRate{Amount{1000}}}));
    CHECK_FALSE(market.estimator.add({market.height + 1, FeeRate{Amount{1000}}}));
}

TEST_CASE("rates beyond the buckets are in the first and the last one", "[fees]") {
    Market market;
    const auto rate = GENERATE(Amount{1}, Amount{999}, Amount{50'000'000});
    for (int i = 0; i < 40; ++i) {
        std::vector<Counted> sent(10, Counted{market.height, FeeRate{rate}});
        for (const auto& transaction : sent)
            REQUIRE(market.estimator.add(transaction));
        market.mine(sent);
    }
    CHECK(market.estimator.estimate(2, false).rate->per_kvb == rate);
    const auto raw = market.estimator.estimate_raw(2, 0.5, Horizon::medium_term);
    CHECK((rate > Amount{1000} ? raw.pass.end == 1e99 : raw.pass.start == 0));
}
