#include "fixture.h"

#include <test.h>

using namespace daler;
using namespace daler::test;

namespace {

mempool::BlockSpace whole_block(const Fixture& f) {
    return {.max_weight = 3'996'000,
            .max_sigop_cost = 79'600,
            .min_feerate = FeeRate{Amount{1000}},
            .height = f.chain.tip + 1,
            .time = f.chain.median_time_past(f.chain.tip)};
}

std::vector<TransactionRef> chosen(const Fixture& f, const mempool::BlockSpace& space) {
    std::vector<TransactionRef> out;
    for (const auto& selected : f.pool.select_for_block(space))
        out.push_back(selected.tx);
    return out;
}

}  // namespace

TEST_CASE("the transaction with the best fee rate is taken first", "[mempool]") {
    Fixture f;
    const auto middle = f.add({.from = {f.coin()}, .fee = 2000});
    const auto low = f.add({.from = {f.coin()}, .fee = 1000});
    const auto high = f.add({.from = {f.coin()}, .fee = 3000});
    CHECK(chosen(f, whole_block(f)) == std::vector{high, middle, low});
    const auto selected = f.pool.select_for_block(whole_block(f));
    CHECK(selected[0].fee == Amount{3000});
    CHECK(selected[0].sigop_cost == 0);
}

TEST_CASE("a child pays for its parent, which comes before it", "[mempool]") {
    Fixture f;
    const auto parent = f.add({.from = {f.coin()}, .fee = 200});
    const auto child = f.add({.from = {output_of(parent)}, .in = value_of(parent), .fee = 20'000});
    const auto other = f.add({.from = {f.coin()}, .fee = 5000});
    CHECK(chosen(f, whole_block(f)) == std::vector{parent, child, other});
}

TEST_CASE("after its parent is taken, a child counts alone", "[mempool]") {
    Fixture f;
    const auto parent = f.add({.from = {f.coin()}, .fee = 200, .outputs = 2});
    const auto good = f.add({.from = {output_of(parent)}, .in = value_of(parent), .fee = 20'000});
    const auto second =
        f.add({.from = {output_of(parent, 1)}, .in = value_of(parent, 1), .fee = 3000});
    const auto other = f.add({.from = {f.coin()}, .fee = 2500});
    CHECK(chosen(f, whole_block(f)) == std::vector{parent, good, second, other});
}

TEST_CASE("below the lowest rate nothing is taken", "[mempool]") {
    Fixture f;
    const auto size = make({.from = {f.coin()}})->vsize();
    const auto paying = f.add({.from = {f.coin()}, .fee = 2 * size});
    f.add({.from = {f.coin()}, .fee = 2 * size - 1});
    auto space = whole_block(f);
    space.min_feerate = FeeRate{Amount{2000}};
    CHECK(chosen(f, space) == std::vector{paying});
}

TEST_CASE("a block takes transactions that fit, also after one that does not", "[mempool]") {
    Fixture f;
    const auto large = f.add({.from = {f.coin()}, .fee = 500'000, .padding = 20'000});
    const auto small = f.add({.from = {f.coin()}, .fee = 1000});
    auto space = whole_block(f);
    space.max_weight = 4 * small->vsize() + 1;
    CHECK(chosen(f, space) == std::vector{small});
    space.max_weight = 4 * small->vsize();
    CHECK(chosen(f, space).empty());
    space.max_weight = 4 * (small->vsize() + large->vsize()) + 1;
    CHECK(chosen(f, space) == std::vector{large, small});
}

TEST_CASE("a transaction that is not final at the block's height is left out with its children",
          "[mempool]") {
    Fixture f;
    const auto locked =
        f.add({.from = {f.coin()}, .fee = 9000, .sequence = 1u << 31, .lock_time = 200});
    f.add({.from = {output_of(locked)}, .in = value_of(locked), .fee = 9000});
    const auto fine = f.add({.from = {f.coin()}});
    CHECK(chosen(f, whole_block(f)).size() == 3);
    auto space = whole_block(f);
    space.height = 200;
    CHECK(chosen(f, space) == std::vector{fine});
}

TEST_CASE("a delta moves a transaction to the front", "[mempool]") {
    Fixture f;
    const auto first = f.add({.from = {f.coin()}, .fee = 3000});
    const auto favourite = f.add({.from = {f.coin()}, .fee = 1000});
    f.pool.prioritise(favourite->txid, Amount{5000});
    CHECK(chosen(f, whole_block(f)) == std::vector{favourite, first});
}

TEST_CASE("signature operations are counted against the block", "[mempool]") {
    auto policy = Fixture::large_data();
    policy.require_standard = false;
    Fixture f({}, policy);
    Transaction tx = *make({.from = {f.coin()}, .fee = 50'000});
    tx.outputs.push_back({Amount{1000}, Script(Bytes(10, 0xac))});
    const auto busy = seal(tx);
    REQUIRE(f.accept(busy) == "ok");
    // Ten operations of cost four, twenty bytes each.
    CHECK(f.pool.entry(busy->txid)->sigop_cost == 40);
    CHECK(f.pool.entry(busy->txid)->vsize == 200);
    auto space = whole_block(f);
    space.max_sigop_cost = 40;
    CHECK(chosen(f, space).empty());
    space.max_sigop_cost = 41;
    CHECK(chosen(f, space) == std::vector{busy});
}

TEST_CASE("a selection names the transactions that each one depends on, by input", "[mempool]") {
    Fixture f;
    const auto parent = f.add({.from = {f.coin()}, .fee = 9000, .outputs = 2});
    const auto other = f.add({.from = {f.coin()}, .fee = 8000});
    const auto child =
        f.add({.from = {output_of(other), output_of(parent, 1), f.coin(), output_of(parent)},
               .in = coin_value + value_of(other) + value_of(parent) + value_of(parent, 1),
               .fee = 1000});
    const auto selected = f.pool.select_for_block(whole_block(f));
    REQUIRE(selected.size() == 3);
    CHECK(selected[0].depends.empty());
    CHECK(selected[1].depends.empty());
    REQUIRE(selected[2].tx == child);
    const std::uint32_t place = selected[0].tx == parent ? 1 : 2;
    CHECK(selected[2].depends == std::vector{3 - place, place, place});
}

TEST_CASE("additions, removals and deltas count as updates, reading does not", "[mempool]") {
    Fixture f;
    std::uint64_t last = f.pool.updates();
    const auto changed = [&] { return std::exchange(last, f.pool.updates()) != last; };
    const auto tx = f.add({.from = {f.coin()}, .fee = 3000});
    CHECK(changed());
    CHECK_FALSE(f.pool.select_for_block(whole_block(f)).empty());
    CHECK_FALSE(changed());
    f.pool.prioritise(tx->txid, Amount{1});
    CHECK(changed());
    f.pool.restore(f.pool.saved(), f.now);
    CHECK(changed());
    f.pool.remove(tx->txid, mempool::RemovalReason::expiry);
    CHECK(changed());
    Block block;
    block.transactions = {f.add({.from = {f.coin()}})};
    CHECK(changed());
    f.pool.block_connected(block, f.chain.tip + 1, f.now);
    CHECK(changed());
}
