#include <test.h>

#include "fixture.h"

#include <daler/util/random.h>

using namespace daler;
using namespace daler::chain;
using namespace daler::test;

namespace {

OutPoint coinbase_of(const BlockRef& block) {
    return first_output(block->transactions[0]);
}

BlockRef invalid_block(Node& node, const BlockHash& parent) {
    return node.builder.block(parent, {{}, Amount{1}, 0, anyone_can_spend()});
}

}  // namespace

//        a1 - a2
// 0 <
//        b1 - b2 - b3
TEST_CASE("the chain with most work wins, with equal work the first seen", "[chain]") {
    Node node;
    const auto a = node.builder.chain(node.builder.genesis(), 2);
    const auto b = node.builder.chain(node.builder.genesis(), 3);
    node.extend(a);
    CHECK(node.state->submit(b[0]).verdict);
    CHECK(node.state->submit(b[1]).verdict);
    CHECK(node.tip() == hash_of(a[1]));
    CHECK(node.state->submit(b[2]).was_connected);
    CHECK(node.tip() == hash_of(b[2]));
    CHECK_FALSE(node.state->coin(coinbase_of(a[0])));
    CHECK(node.state->coin(coinbase_of(b[0])));
    CHECK(node.coins_hash() == replayed_hash(node));
}

TEST_CASE("first seen means the block, not its header", "[chain]") {
    Node node;
    const auto a = node.builder.block(node.builder.genesis());
    const auto b = node.builder.block(node.builder.genesis());
    CHECK(node.state->accept_header(a->header));
    CHECK(node.state->accept_header(b->header));
    CHECK(node.state->submit(b).was_connected);
    CHECK_FALSE(node.state->submit(a).was_connected);
    CHECK(node.tip() == hash_of(b));
}

TEST_CASE("a reorganisation of 300 blocks with transactions restores every coin", "[chain]") {
    Node node;
    const auto shared = node.extend(310);
    const auto fork = node.tip();
    const auto before = node.coins_hash();
    Random random(4);
    std::vector<TransactionRef> last;
    for (std::size_t i = 0; i < 300; ++i) {
        // Each block spends an old coinbase, an output of the block before, and one of its own.
        const auto old = spend(coinbase_of(shared[i]), subsidy);
        const auto own = spend(first_output(old), subsidy);
        std::vector<TransactionRef> txs{old, own};
        if (!last.empty()) txs.push_back(spend(first_output(last[1]), subsidy));
        const auto block = node.builder.block(node.tip(), {txs, {}, 0, anyone_can_spend()});
        node.extend({&block, 1});
        last = txs;
        if (random.below(40) == 0) node.state->flush();
    }
    const auto long_chain = node.coins_hash();
    const auto other = node.builder.chain(fork, 301);
    for (const auto& block : other)
        CHECK(node.state->submit(block).verdict);
    CHECK(node.tip() == hash_of(other.back()));
    CHECK(node.coins_hash() == replayed_hash(node));
    node.state->invalidate(hash_of(other[0]));
    CHECK(node.height() == 610);
    CHECK(node.coins_hash() == long_chain);
    node.state->invalidate(node.state->view()->at(311)->hash);
    CHECK(node.tip() == fork);
    CHECK(node.coins_hash() == before);
}

//        a1 - a2 - a3
// 0 <
//        b1 - b2 - x3 - x4     x3 is invalid
TEST_CASE("a reorganisation that fails returns to the old tip", "[chain]") {
    Node node;
    const auto a = node.extend(3);
    const auto before = node.coins_hash();
    const auto b = node.builder.chain(node.builder.genesis(), 2);
    const auto x3 = invalid_block(node, hash_of(b[1]));
    const auto x4 = node.builder.block(hash_of(x3));
    for (const auto& block : {b[0], b[1], x3})
        CHECK(node.state->submit(block).verdict);  // not better: not connected
    const auto result = node.state->submit(x4);
    CHECK(result.verdict);  // it is stored, and not to blame
    CHECK_FALSE(result.was_connected);
    CHECK(result.entry->has(failed_ancestor));
    CHECK(node.state->index().find(hash_of(x3))->has(failed));
    CHECK(node.tip() == hash_of(a[2]));
    CHECK(node.coins_hash() == before);
    CHECK(node.state->view()->best_header().hash == hash_of(a[2]));

    const auto better = node.builder.chain(hash_of(b[1]), 2);
    CHECK(node.state->submit(better[0]).verdict);
    CHECK(node.state->submit(better[1]).was_connected);
    CHECK(node.coins_hash() == replayed_hash(node));
}

TEST_CASE("a header chain with an invalid block in the middle cannot win", "[chain]") {
    Node node;
    auto blocks = node.builder.chain(node.builder.genesis(), 3);
    blocks.push_back(invalid_block(node, hash_of(blocks.back())));
    for (const auto& block : node.builder.chain(hash_of(blocks.back()), 4))
        blocks.push_back(block);
    for (const auto& block : blocks)
        CHECK(node.state->accept_header(block->header));
    for (const std::size_t i : {5u, 4u, 2u, 1u, 0u})
        CHECK(node.state->submit(blocks[i]).verdict);
    CHECK(node.height() == 3);
    CHECK(reason(node.state->submit(blocks[3]).verdict) == "bad-cb-amount");
    CHECK(node.tip() == hash_of(blocks[2]));
    CHECK(reason(node.state->submit(blocks[6]).verdict) == "duplicate-invalid");
    CHECK(reason(node.state->accept_header(blocks[7]->header)) == "duplicate-invalid");
    CHECK(node.state->view()->best_header().hash == hash_of(blocks[2]));
}

TEST_CASE("an invalidated block takes its descendants with it until it is reconsidered",
          "[chain]") {
    Node node;
    const auto a = node.extend(5);
    const auto b = node.builder.chain(hash_of(a[0]), 2);
    for (const auto& block : b)
        CHECK(node.state->submit(block).verdict);
    const auto before = node.coins_hash();

    node.state->invalidate(hash_of(a[2]));
    // a2 and b's first have equal work below b's second.
    CHECK(node.tip() == hash_of(b[1]));
    CHECK(node.state->index().find(hash_of(a[4]))->has(failed_ancestor));
    CHECK(reason(node.state->submit(a[3]).verdict) == "duplicate-invalid");
    CHECK(node.coins_hash() == replayed_hash(node));

    node.state->reconsider(hash_of(a[4]));
    CHECK(node.tip() == hash_of(a[4]));
    CHECK_FALSE(node.state->index().find(hash_of(a[2]))->is_failed());
    CHECK(node.coins_hash() == before);

    node.state->invalidate(hash_of(a[2]));
    node.state->reconsider(hash_of(a[2]));
    CHECK(node.tip() == hash_of(a[4]));
}

TEST_CASE("genesis cannot be invalidated, unknown blocks are ignored", "[chain]") {
    Node node;
    node.extend(2);
    node.state->invalidate(node.builder.genesis());
    node.state->invalidate(BlockHash{});
    node.state->reconsider(BlockHash{});
    node.state->prefer(BlockHash{});
    CHECK(node.height() == 2);
}

TEST_CASE("a block that is preferred wins among those of equal work", "[chain]") {
    Node node;
    const auto a = node.extend(2);
    const auto b = node.builder.chain(node.builder.genesis(), 2);
    for (const auto& block : b)
        CHECK(node.state->submit(block).verdict);
    node.state->prefer(hash_of(b[1]));
    CHECK(node.tip() == hash_of(b[1]));
    node.state->prefer(hash_of(a[1]));
    CHECK(node.tip() == hash_of(a[1]));
    node.state->prefer(hash_of(b[0]));  // less work
    CHECK(node.tip() == hash_of(a[1]));
    CHECK(node.coins_hash() == replayed_hash(node));
}

TEST_CASE("any sequence of forks ends at the most work with the coins of its chain", "[chain]") {
    const auto seed = GENERATE(range(1u, 7u));
    auto options = Node::in_memory();
    options.cache_bytes = seed % 2 == 0 ? 16u << 20 : 64u << 10;
    Node node(options);
    Random random(seed);
    std::vector<BlockRef> blocks = node.extend(3);
    for (int i = 0; i < 150; ++i) {
        const auto back = random.below(std::min<std::uint64_t>(blocks.size(), 12));
        const auto& parent = blocks[blocks.size() - 1 - back];
        ChainBuilder::Plan plan;
        const auto& spent = blocks[random.below(blocks.size())];
        if (random.below(2) == 0) plan.transactions.push_back(spend(coinbase_of(spent), subsidy));
        const auto block = node.builder.block(hash_of(parent), std::move(plan));
        if (node.state->submit(block).verdict) blocks.push_back(block);
        if (random.below(10) == 0) node.state->flush();
        if (random.below(3) == 0) node.state->maintain();
        if (random.below(30) == 0) {
            const auto& victim = blocks[blocks.size() - 1 - random.below(3)];
            node.state->invalidate(hash_of(victim));
            node.state->reconsider(hash_of(victim));
        }
    }
    for (const auto* entry : node.state->index().all())
        if (!entry->is_failed() && entry->chain_tx_count != 0)
            CHECK(entry->height <= node.height());
    CHECK(node.coins_hash() == replayed_hash(node));
}
