#include <test.h>

#include "fixture.h"

#include <fstream>

using namespace daler;
using namespace daler::chain;
using namespace daler::test;

namespace {

/// A chain in which blocks spend, and spend within themselves.
struct SpendingNode : Node {
    explicit SpendingNode(ChainOptions chosen = Node::in_memory()) : Node(std::move(chosen)) {
        const auto blocks = extend(5);
        for (std::size_t i = 0; i < 3; ++i) {
            ChainBuilder::Plan plan;
            const auto first =
                test::spend(first_output(blocks[i]->transactions[0]), Amount{4'999'000'000});
            plan.transactions = {first, test::spend(first_output(first), Amount{4'998'000'000})};
            const auto block = builder.block(tip(), plan);
            extend({&block, 1});
        }
    }
};

}  // namespace

TEST_CASE("a check of blocks, at any level, leaves the coins as they were", "[chain]") {
    SpendingNode node;
    const auto before = node.coins_hash();
    for (int level = 0; level <= 4; ++level) {
        CAPTURE(level);
        CHECK(node.state->verify(level, 3));
        CHECK(node.state->verify(level, 0));
        CHECK(node.state->verify(level, 1000));
        CHECK(node.coins_hash() == before);
    }
    node.extend(2);
    CHECK(node.state->verify(4, 0));
    CHECK(node.coins_hash() == replayed_hash(node));
}

TEST_CASE("level 4 finds a block that fits its coins but breaks a rule", "[chain]") {
    // Coinbases mature after 2 blocks for the writer of the chain, and later for the reader.
    const TemporaryFolder folder;
    SpendingNode node(Node::in_folder(folder.path()));
    const auto tip = node.tip();
    node.state->flush();
    node.state.reset();
    auto params = Node::short_maturity();
    params.coinbase_maturity = 6;
    Chainstate strict(params, node.options, node.clock, node.workers, nullptr);
    REQUIRE(strict.view()->tip().hash == tip);
    CHECK(strict.verify(3, 0));
    CHECK(strict.verify(4, 1) == false);
    CHECK_FALSE(strict.verify(4, 0));
    // The coins are as before nevertheless.
    const auto hash = strict.coin_stats(coins::CoinsHash::serialized_3).hash;
    CHECK(strict.verify(3, 0));
    CHECK(strict.coin_stats(coins::CoinsHash::serialized_3).hash == hash);
    for (const auto* entry = &strict.view()->tip(); entry; entry = entry->previous)
        CHECK_FALSE(entry->is_failed());
}

TEST_CASE("a start with -checklevel=4 connects the last blocks again", "[chain]") {
    const TemporaryFolder folder;
    SpendingNode node(Node::in_folder(folder.path()));
    node.state->flush();
    node.state.reset();
    auto params = Node::short_maturity();
    params.coinbase_maturity = 6;
    auto options = node.options;
    const auto open = [&] {
        const Chainstate state(params, options, node.clock, node.workers, nullptr);
    };
    options.check_level = 3;
    CHECK(thrown(open).empty());
    options.check_level = 4;
    CHECK(mentions(thrown(open), {"bad-txns-premature-spend-of-coinbase", "-reindex"}));
}
