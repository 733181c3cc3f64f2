#include "fixture.h"

#include <test.h>

using namespace daler;
using namespace daler::test;
using mempool::FeeEstimates;

namespace {

std::int64_t rate(const FeeEstimates& estimates, int target) {
    const auto found = estimates.find(target);
    return found ? found->per_kvb.satoshis() : -1;
}

/// A mempool with an estimator, which learns from each block.
struct LearningFixture : Fixture {
    LearningFixture() {
        pool.start_estimating({});
        confirm({});
    }
    mempool::AcceptOptions current() const {
        auto out = options();
        out.chain_is_current = true;
        return out;
    }
    TransactionRef send(const Spend& spend) {
        auto tx = make(spend);
        REQUIRE(accept(tx, current()) == "ok");
        return tx;
    }
    /// How many waiting transactions are counted.
    double waiting() const {
        const auto raw = pool.fee_estimator()->estimate_raw(1, 0.5, fees::Horizon::short_term);
        return raw.fail.in_mempool;
    }
    /// Blocks that each confirm some transactions.
    void learn(int blocks, std::int64_t fee) {
        for (int i = 0; i < blocks; ++i) {
            std::vector<TransactionRef> sent;
            for (int n = 0; n < 5; ++n)
                sent.push_back(send({.from = {coin()}, .fee = fee}));
            confirm(sent);
        }
    }
};

}  // namespace

TEST_CASE("a fee rate holds from its target up to the next one that is set", "[mempool]") {
    FeeEstimates estimates;
    CHECK(rate(estimates, 1) == -1);
    estimates.set(6, {Amount{600}});
    CHECK(rate(estimates, 1) == 600);
    estimates.set(2, {Amount{2000}});
    estimates.set(144, {Amount{100}});
    CHECK(rate(estimates, 1) == 2000);
    CHECK(rate(estimates, 2) == 2000);
    CHECK(rate(estimates, 5) == 2000);
    CHECK(rate(estimates, 6) == 600);
    CHECK(rate(estimates, 143) == 600);
    CHECK(rate(estimates, 1008) == 100);
    estimates.clear(6);
    CHECK(rate(estimates, 143) == 2000);
    estimates.clear();
    CHECK(rate(estimates, 6) == -1);
}

TEST_CASE("the estimator learns from the mempool and from blocks", "[mempool]") {
    LearningFixture f;
    CHECK_FALSE(f.pool.estimate_fee(2, false).rate);
    f.learn(20, 5000);
    const auto size = make({.from = {f.coin()}, .fee = 5000})->vsize();
    const auto estimate = f.pool.estimate_fee(2, false);
    REQUIRE(estimate.rate);
    CHECK(*estimate.rate == FeeRate::of(Amount{5000}, size));
    CHECK(estimate.target == 2);
    CHECK(f.pool.estimate_fee(100, false).target == 9);

    f.pool.fee_estimates().set(1, {Amount{777}});
    CHECK(f.pool.estimate_fee(100, false).rate == FeeRate{Amount{777}});
    CHECK(f.pool.estimate_fee(100, false).target == 100);
}

TEST_CASE("without an estimator there are only the rates that the user set", "[mempool]") {
    Fixture f;
    CHECK(f.pool.fee_estimator() == nullptr);
    CHECK_FALSE(f.pool.estimate_fee(6, false).rate);
    f.pool.fee_estimates().set(1, {Amount{777}});
    CHECK(f.pool.estimate_fee(6, true).rate == FeeRate{Amount{777}});
    f.confirm({f.add({.from = {f.coin()}})});
    f.pool.stop_estimating();
}

TEST_CASE("only transactions whose own fee tells when they confirm are counted", "[mempool]") {
    LearningFixture f;
    const auto parent = f.send({.from = {f.coin()}});
    f.confirm({});
    CHECK(f.waiting() == 1);
    f.send({.from = {output_of(parent)}, .in = value_of(parent)});
    CHECK(f.accept(make({.from = {f.coin()}}), f.options()) == "ok");  // the chain is behind
    auto free = f.current();
    free.bypass_limits = true;
    CHECK(f.accept(make({.from = {f.coin()}, .fee = 0}), free) == "ok");
    f.confirm({});
    CHECK(f.waiting() == 1);
    const auto coin = f.coin();
    f.send({.from = {coin}});
    f.send({.from = {coin}, .fee = 2000});
    f.confirm({});
    CHECK(f.waiting() == 2);
    f.pool.stop_estimating();
    CHECK(f.waiting() == 0);
}

TEST_CASE("restore returns the statistics and the counted transactions", "[mempool]") {
    LearningFixture f;
    f.learn(20, 5000);
    const auto waits = f.send({.from = {f.coin()}, .fee = 3000});
    f.confirm({});
    const auto estimate = f.pool.estimate_fee(2, false);
    const auto saved = f.pool.saved();
    CHECK(f.waiting() == 1);

    const auto tip = f.chain.tip;
    f.pool.remove(waits->txid, mempool::RemovalReason::expiry);
    f.learn(30, 9000);
    REQUIRE(f.pool.estimate_fee(100, false).target == 25);
    CHECK(f.waiting() == 0);

    f.chain.tip = tip;
    f.pool.restore(saved, f.now);
    CHECK(f.pool.estimate_fee(2, false).rate == estimate.rate);
    CHECK(f.pool.estimate_fee(100, false).target == 10);
    CHECK(f.waiting() == 1);
    f.pool.remove(waits->txid, mempool::RemovalReason::expiry);
    CHECK(f.waiting() == 0);
    f.learn(1, 5000);  // it counts transactions at this tip
}
