#include <test.h>

#include "fixture.h"

#include <daler/coins/muhash.h>

using namespace daler;
using namespace daler::chain;
using namespace daler::test;

TEST_CASE("the serialized hash covers outpoint, origin and output of every coin", "[chain]") {
    Node node;
    node.extend(7);
    const auto stats = node.state->coin_stats(coins::CoinsHash::serialized_3);
    CHECK(stats.height == 7);
    CHECK(stats.best_block == node.tip());
    CHECK(stats.outputs == 7);
    CHECK(stats.transactions == 7);
    CHECK(stats.total == Amount{7 * 50 * satoshis_per_coin});
    CHECK(stats.bogo_size == 7 * (50 + 1));

    // Computed again, from the blocks.
    std::map<Txid, Height> coins;
    for (Height height = 1; height <= 7; ++height) {
        const auto block = node.state->read_block(*node.state->view()->at(height));
        coins[block->transactions[0]->txid] = height;
    }
    ByteWriter all;
    coins::MuHash set;
    for (const auto& [txid, height] : coins) {
        ByteWriter one;
        one.bytes(txid.bytes);
        one.u32(0);
        one.u32(static_cast<std::uint32_t>(height) * 2 + 1);
        one.i64(50 * satoshis_per_coin);
        one.sized_bytes(anyone_can_spend().bytes());
        all.bytes(one.view());
        set.insert(one.view());
    }
    CHECK(stats.hash.bytes == crypto::sha256d(all.view()));
    CHECK(node.state->coin_stats(coins::CoinsHash::muhash).hash.bytes == set.finish());
    CHECK(node.state->coin_stats(coins::CoinsHash::none).hash.is_zero());
}

TEST_CASE("a snapshot of the coins does not change when blocks are added", "[chain]") {
    Node node;
    node.extend(5);
    const auto expected = node.coins_hash();
    node.extend(2);
    bool begun = false;
    std::unique_ptr<coins::CoinSnapshot> snapshot;
    while (!snapshot)
        snapshot = node.state->snapshot_coins(begun);
    CHECK(snapshot->best_block() == node.tip());
    const auto seven = node.coins_hash();
    node.extend(3);
    node.state->flush();
    CHECK(snapshot->stats(coins::CoinsHash::serialized_3)->hash == seven);
    CHECK(snapshot->stats(coins::CoinsHash::serialized_3)->height == 7);
    CHECK(seven != expected);
    std::size_t visits = 0;
    snapshot->for_each([&](const OutPoint&, const consensus::Coin&) { return ++visits < 4; });
    CHECK(visits == 4);
    const std::atomic<bool> stop{true};
    CHECK_FALSE(snapshot->stats(coins::CoinsHash::none, &stop));
}
