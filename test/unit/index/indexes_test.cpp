#include <test.h>

#include "../chain/fixture.h"

#include <daler/index/block_filter.h>
#include <daler/index/indexes.h>

#include <fstream>

using namespace daler;
using namespace daler::index;
using namespace daler::test;

namespace {

IndexOptions in_memory() {
    IndexOptions options;
    options.folder = "/indexes";
    options.in_memory = true;
    return options;
}

IndexOptions in_folder(const std::filesystem::path& folder) {
    IndexOptions options;
    options.folder = folder / "indexes";
    return options;
}

constexpr Wanted all{true, true, true};

/// Waits until the indexes have reached the tip.
void settle(Indexes& indexes) {
    indexes.wake();
    REQUIRE(indexes.transactions()->follower().wait_for_tip());
    REQUIRE(indexes.filters()->follower().wait_for_tip());
    REQUIRE(indexes.coin_stats()->follower().wait_for_tip());
}

/// A block on the tip that spends the coinbase of `funding` to two outputs and leaves a fee that
/// its own coinbase takes only in part.
BlockRef payment(Node& node, const BlockRef& funding) {
    ChainBuilder::Plan plan;
    const std::vector<OutPoint> inputs{first_output(funding->transactions[0])};
    const std::vector<Amount> values{Amount{1'000'000}, Amount{4'998'000'000}};
    plan.transactions = {test::spend(inputs, values)};
    plan.fees = Amount{400'000};
    const auto block = node.builder.block(node.tip(), plan);
    node.extend({&block, 1});
    return block;
}

/// The records of the blocks of the best chain, in order.
struct Records {
    std::vector<BlockCoinStats> stats;
    std::vector<Hash256> headers;

    Records(const Node& node, const Indexes& indexes) {
        const auto view = node.state->view();
        for (Height height = 0; height <= view->height(); ++height) {
            const auto& hash = view->at(height)->hash;
            stats.push_back(indexes.coin_stats()->find(hash).value());
            headers.push_back(indexes.filters()->find(hash).value().header);
        }
    }
    bool operator==(const Records&) const = default;
};

Records fresh_records(const Node& node) {
    Indexes indexes(*node.state, all, in_memory());
    indexes.start();
    settle(indexes);
    return Records(node, indexes);
}

}  // namespace

TEST_CASE("an index finds every transaction but the coinbase of genesis", "[index]") {
    Node node;
    const auto blocks = node.extend(4);
    const auto paying = payment(node, blocks[0]);
    Indexes indexes(*node.state, {true, false, false}, in_memory());
    auto& index = *indexes.transactions();
    CHECK_FALSE(index.follower().is_synced());
    CHECK_FALSE(index.follower().wait_if_synced());
    CHECK_FALSE(index.find(paying->transactions[1]->txid));
    indexes.start();
    REQUIRE(index.follower().wait_for_tip());

    for (std::uint32_t i = 0; i < 2; ++i) {
        const auto found = index.find(paying->transactions[i]->txid);
        REQUIRE(found);
        CHECK(found->tx->wtxid == paying->transactions[i]->wtxid);
        CHECK(found->block->hash == hash_of(paying));
        CHECK(found->number == i);
    }
    CHECK(index.find(blocks[2]->transactions[0]->txid)->block->height == 3);
    CHECK_FALSE(index.find(node.builder.params().genesis->transactions[0]->txid));
    CHECK_FALSE(index.find(Txid{{7}}));

    const auto next = node.extend(1);
    indexes.wake();
    REQUIRE(index.follower().wait_for_tip());
    CHECK(index.find(next[0]->transactions[0]->txid)->block->height == 6);
    const auto summaries = indexes.summaries();
    REQUIRE(summaries.size() == 1);
    CHECK(summaries[0].name == "txindex");
    CHECK(summaries[0].is_synced);
    CHECK(summaries[0].best_height == 6);
}

TEST_CASE("the totals at each height are those of the coin set at that height", "[index]") {
    Node node;
    Indexes indexes(*node.state, all, in_memory());
    indexes.start();
    std::vector<BlockRef> blocks;
    const auto check_tip = [&] {
        settle(indexes);
        const auto expected = node.state->coin_stats(coins::CoinsHash::muhash);
        const auto found = indexes.coin_stats()->find(node.tip());
        REQUIRE(found);
        CHECK(found->height == expected.height);
        CHECK(found->outputs == expected.outputs);
        CHECK(found->bogo_size == expected.bogo_size);
        CHECK(found->total == expected.total);
        CHECK(found->muhash() == expected.hash);
    };
    check_tip();
    for (int i = 0; i < 4; ++i) {
        blocks.push_back(node.extend(1)[0]);
        check_tip();
    }
    const auto paying = payment(node, blocks[0]);
    check_tip();
    const auto stats = *indexes.coin_stats()->find(hash_of(paying));
    CHECK(stats.spent == Amount{5'000'000'000});
    CHECK(stats.coinbase == Amount{5'000'400'000});
    CHECK(stats.new_outputs == Amount{4'999'000'000});
    CHECK(stats.unclaimed == Amount{600'000});
    CHECK(stats.unspendable() == Amount{600'000});
    CHECK(stats.total_unspendable == Amount{5'000'600'000});
    const auto genesis = *indexes.coin_stats()->find(node.builder.genesis());
    CHECK(genesis.unspendable_genesis == Amount{5'000'000'000});
    CHECK(genesis.outputs == 0);
}

TEST_CASE("after a reorganisation the records are those of an index of the new chain alone",
          "[index]") {
    Node node;
    const auto blocks = node.extend(5);
    Indexes indexes(*node.state, all, in_memory());
    indexes.start();
    const auto old_tip = payment(node, blocks[0]);
    settle(indexes);
    const auto old_stats = indexes.coin_stats()->find(hash_of(old_tip));

    const auto branch = node.builder.chain(hash_of(blocks[2]), 4);
    for (const auto& block : branch)
        (void)node.state->submit(block);
    REQUIRE(node.tip() == hash_of(branch.back()));
    settle(indexes);
    CHECK(Records(node, indexes) == fresh_records(node));
    // The records of the other branch can still be found by hash.
    CHECK(indexes.coin_stats()->find(hash_of(old_tip)) == old_stats);
    CHECK(indexes.transactions()->find(old_tip->transactions[1]->txid)->block->hash ==
          hash_of(old_tip));
    // Back again.
    REQUIRE(node.state->invalidate(hash_of(branch[0])));
    settle(indexes);
    REQUIRE(node.tip() == hash_of(old_tip));
    CHECK(Records(node, indexes) == fresh_records(node));
}

TEST_CASE("an index continues where it stopped, and goes back if the chain has changed",
          "[index]") {
    const TemporaryFolder folder;
    Node node(Node::in_folder(folder.path()));
    const auto blocks = node.extend(5);
    {
        Indexes indexes(*node.state, all, in_folder(folder.path()));
        indexes.start();
        settle(indexes);
    }
    SECTION("the chain has grown") {
        node.extend(3);
    }
    SECTION("the chain has another tip") {
        for (const auto& block : node.builder.chain(hash_of(blocks[1]), 5))
            (void)node.state->submit(block);
        REQUIRE(node.height() == 7);
    }
    SECTION("the chain has lost its last blocks") {
        node.state.reset();
        std::filesystem::remove_all(folder.path() / "blocks");
        std::filesystem::remove_all(folder.path() / "chainstate");
        node.open();
        node.extend(std::span(blocks).first(3));
        const auto other = node.builder.chain(node.tip(), 1);
        node.extend(other);
    }
    SECTION("the chain is another one") {
        node.state.reset();
        std::filesystem::remove_all(folder.path() / "blocks");
        std::filesystem::remove_all(folder.path() / "chainstate");
        node.open();
        node.extend(2);
    }
    SECTION("the index is wiped") {
        auto options = in_folder(folder.path());
        options.wipe = true;
        const Indexes indexes(*node.state, all, options);
        CHECK(indexes.recorded_height() == -1);
        CHECK_FALSE(indexes.coin_stats()->find(node.tip()));
    }
    Indexes indexes(*node.state, all, in_folder(folder.path()));
    indexes.start();
    settle(indexes);
    CHECK(indexes.recorded_height() == node.height());
    CHECK(Records(node, indexes) == fresh_records(node));
}

TEST_CASE("a database that another program wrote is refused; the error says what to do",
          "[index]") {
    const TemporaryFolder folder;
    const Node node;
    auto options = in_folder(folder.path());
    {
        storage::Database::Options foreign;
        foreign.folder = options.folder / "txindex";
        storage::Database(foreign).put(as_bytes("t"), as_bytes("x"));
    }
    const auto open = [&] { const Indexes indexes(*node.state, {true, false, false}, options); };
    CHECK(mentions(thrown(open), {"txindex", "another program", "Delete"}));
    options.wipe = true;
    CHECK(thrown(open).empty());
}

TEST_CASE("an index that cannot read its blocks reports it and ends all waits", "[index]") {
    const TemporaryFolder folder;
    Node node(Node::in_folder(folder.path()));
    node.extend(3);
    auto options = in_memory();
    std::string reported;
    options.fatal = [&](const std::string& what) { reported = what; };
    {
        const auto path = folder.path() / "blocks/blk00000.dat";
        std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(-10, std::ios::end);
        file.put('x');
    }
    Indexes indexes(*node.state, {true, false, false}, options);
    indexes.start();
    CHECK_FALSE(indexes.transactions()->follower().wait_for_tip());
    CHECK(mentions(reported, {"blk00000.dat", "height 3", "-reindex"}));
    CHECK_FALSE(indexes.transactions()->follower().is_synced());
}

TEST_CASE("waits end when the node stops", "[index]") {
    Node node;
    node.extend(3);
    Indexes indexes(*node.state, all, in_memory());
    indexes.interrupt();
    indexes.start();
    CHECK_FALSE(indexes.transactions()->follower().wait_for_tip());
}

TEST_CASE("an index follows a chain that returns to a savepoint", "[index][savepoint]") {
    const TemporaryFolder folder;
    Node node;
    const auto blocks = node.extend(10);
    const auto paying = payment(node, blocks[0]);
    const auto savepoint = node.state->savepoint();
    const auto records = fresh_records(node);
    const auto is_right = [&](Indexes& indexes) {
        settle(indexes);
        CHECK(Records(node, indexes) == records);
        CHECK(indexes.transactions()->find(paying->transactions[1]->txid));
    };
    BlockRef forgotten;
    {
        Indexes indexes(*node.state, all, in_folder(folder.path()));
        indexes.start();
        is_right(indexes);
        forgotten = payment(node, blocks[1]);
        node.extend(20);
        settle(indexes);
        CHECK(indexes.transactions()->find(forgotten->transactions[1]->txid));
        node.state->return_to(savepoint);
        CHECK_FALSE(indexes.transactions()->find(forgotten->transactions[1]->txid));
        is_right(indexes);
        // Other blocks take the place of those.
        (void)payment(node, blocks[2]);
        node.extend(3);
        settle(indexes);
        CHECK(Records(node, indexes) == fresh_records(node));
        node.state->return_to(savepoint);
        // While an index reads blocks, they are forgotten.
        for (int i = 0; i < 20; ++i) {
            node.extend(20);
            indexes.wake();
            node.state->return_to(savepoint);
        }
        is_right(indexes);
        node.extend(5);
        settle(indexes);
    }
    node.state->return_to(savepoint);
    Indexes indexes(*node.state, all, in_folder(folder.path()));
    indexes.start();
    is_right(indexes);
}
