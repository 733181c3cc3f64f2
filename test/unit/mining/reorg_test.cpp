#include "fixture.h"

#include <daler/mining/reorg.h>

#include <random>

using namespace daler;
using namespace daler::test;

namespace {

struct ReorgFixture : MiningFixture {
    static mining::ReorgRequest request(Height depth) {
        mining::ReorgRequest out;
        out.depth = depth;
        out.blocks = depth + 1;
        out.block = to_anyone();
        return out;
    }
    Result<mining::ReorgResult, std::string> rehearse(const mining::ReorgRequest& wanted) {
        return ledger.call(
            [&](ledger::State& state) { return mining::rehearse_reorg(state, wanted); });
    }
    Result<mining::ReorgResult, std::string> make(const mining::ReorgRequest& wanted) {
        return mining::make_reorg(ledger, clock, wanted, 1'000'000, stop);
    }
    std::string error(const mining::ReorgRequest& wanted) {
        const auto before = tip();
        const auto rehearsed = rehearse(wanted);
        const auto made = make(wanted);
        REQUIRE(!rehearsed);
        REQUIRE(!made);
        CHECK(rehearsed.error() == made.error());
        CHECK(tip() == before);
        return made.error();
    }
};

using Ids = std::vector<Txid>;

void check_equal(const mining::ReorgResult& a, const mining::ReorgResult& b) {
    CHECK(a.fork_height == b.fork_height);
    CHECK(a.left == b.left);
    CHECK(a.entered == b.entered);
    CHECK(a.confirmed == b.confirmed);
    CHECK(a.returned == b.returned);
    CHECK(a.conflicted == b.conflicted);
    CHECK(a.dropped == b.dropped);
}

}  // namespace

TEST_CASE("a reorganisation returns, confirms, replaces and drops", "[mining][reorg]") {
    ReorgFixture node;
    node.mine(5);
    const auto paid = node.pay(node.coinbase(1));
    const auto other = node.pay(node.coinbase(2));
    node.mine(2);
    const auto child = node.pay(paid);
    const auto vanishing = node.pay(node.coinbase(6));
    const auto old_tip = node.tip();
    auto wanted = node.request(2);

    SECTION("without options") {
        const auto result = node.make(wanted);
        REQUIRE(result);
        CHECK(result->fork_height == 5);
        CHECK(result->left.back() == old_tip);
        CHECK(result->entered == 3);
        CHECK(std::set(result->returned.begin(), result->returned.end()) ==
              std::set{paid->txid, other->txid});
        CHECK(result->dropped == Ids{vanishing->txid});
        CHECK(node.is_unconfirmed(paid));
        CHECK(node.is_unconfirmed(child));
        CHECK_FALSE(node.is_unconfirmed(vanishing));
        CHECK(node.height() == 8);
        CHECK(result->hashes.back() == node.tip());
    }
    SECTION("chosen transactions take their ancestors along") {
        wanted.confirmed = {child->txid};
        const auto result = node.make(wanted);
        REQUIRE(result);
        CHECK(result->confirmed == Ids{paid->txid, child->txid});
        CHECK(result->returned == Ids{other->txid});
    }
    SECTION("a replaced payment conflicts, and so do its children") {
        const auto rival = spend(first_output(node.coinbase(1)), Amount{1});
        wanted.replacements = {rival};
        wanted.confirm_all = true;
        const auto result = node.make(wanted);
        REQUIRE(result);
        CHECK(result->confirmed == Ids{other->txid});
        CHECK(result->conflicted == Ids{paid->txid, child->txid});
        const auto block = node.ledger.chain().read_block(*node.ledger.view()->at(6));
        CHECK(block->transactions[1]->txid == rival->txid);
        CHECK(block->transactions[0]->outputs[0].value > block_subsidy);
    }
    SECTION("errors name what is wrong") {
        wanted.confirmed = {vanishing->txid};
        CHECK(node.error(wanted).find("cannot be in the branch: "
                                      "bad-txns-inputs-missingorspent") != std::string::npos);
        wanted = node.request(2);
        wanted.blocks = 2;
        CHECK(node.error(wanted).find("no more work") != std::string::npos);
        CHECK(node.error(node.request(0)).find("depth must be from 1 to 7") != std::string::npos);
        CHECK(node.error(node.request(8)).find("depth must be from 1 to 7") != std::string::npos);
    }
    SECTION("a search that ends early changes nothing") {
        const auto result = mining::make_reorg(node.ledger, node.clock, wanted, 0, node.stop);
        REQUIRE_FALSE(result);
        CHECK(result.error().find("maxtries") != std::string::npos);
        CHECK(node.tip() == old_tip);
    }
}

TEST_CASE("reorganisations can follow each other", "[mining][reorg]") {
    ReorgFixture node;
    node.mine(3);
    std::set<BlockHash> tips{node.tip()};
    for (int i = 0; i < 5; ++i) {
        REQUIRE(node.make(node.request(3)));
        CHECK(tips.insert(node.tip()).second);
    }
    CHECK(node.height() == 8);
}

TEST_CASE("a rehearsal tells what happens", "[mining][reorg]") {
    std::mt19937 random(5);
    const auto below = [&](std::size_t limit) { return random() % limit; };
    for (int round = 0; round < 30; ++round) {
        ReorgFixture node;
        node.mine(12);
        std::vector<TransactionRef> payments;
        for (int block = 0; block < 8; ++block) {
            for (std::size_t i = below(4); i > 0; --i) {
                const bool chained = !payments.empty() && below(2) == 0;
                const auto from =
                    chained ? payments[below(payments.size())]
                            : node.coinbase(node.height() - 1 - static_cast<Height>(below(6)));
                const auto tx = node.payment(from);
                if (node.accept(tx)) payments.push_back(tx);
            }
            if (below(3) > 0) node.mine();
        }
        auto wanted = node.request(static_cast<Height>(1 + below(7)));
        wanted.blocks += static_cast<int>(below(3));
        wanted.confirm_all = below(2) == 0;
        if (!payments.empty() && below(2) == 0)
            wanted.confirmed.push_back(payments[below(payments.size())]->txid);
        if (below(2) == 0)
            wanted.replacements = {
                spend(first_output(node.coinbase(static_cast<Height>(8 + below(6)))),
                      Amount{static_cast<std::int64_t>(below(1000))})};
        const auto rehearsed = node.rehearse(wanted);
        const auto made = node.make(wanted);
        CAPTURE(round);
        REQUIRE(rehearsed.has_value() == made.has_value());
        if (made)
            check_equal(*rehearsed, *made);
        else
            CHECK(rehearsed.error() == made.error());
    }
}

TEST_CASE("chains of transactions beyond the mempool's limits are dropped", "[mining][reorg]") {
    ReorgFixture node;
    node.mine(4);
    auto last = node.coinbase(1);
    std::vector<Txid> chained;
    for (int i = 0; i < 30; ++i) {
        last = node.pay(last);
        chained.push_back(last->txid);
        if (i % 10 == 9) node.mine();
    }
    const auto rehearsed = node.rehearse(node.request(3));
    const auto made = node.make(node.request(3));
    REQUIRE(rehearsed);
    REQUIRE(made);
    check_equal(*rehearsed, *made);
    CHECK(made->returned == std::vector(chained.begin(), chained.begin() + 25));
    CHECK(made->dropped == std::vector(chained.begin() + 25, chained.end()));
}

TEST_CASE("if chain time stands still equal commands give equal branches", "[mining][reorg]") {
    ReorgFixture one, other;
    const BlockTime begin = one.clock.now();
    for (auto* node : {&one, &other}) {
        node->clock.stop_chain_time(begin);
        node->mine(5);
        REQUIRE(node->make(node->request(2)));
    }
    CHECK(one.tip() == other.tip());
    CHECK(one.clock.chain_now() == begin + std::chrono::seconds{6});
    CHECK(one.ledger.view()->tip().header.block_time() == one.clock.chain_now());
}
