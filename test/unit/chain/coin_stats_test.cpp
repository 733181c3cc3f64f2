#include <test.h>

#include "fixture.h"

#include <daler/chain/muhash.h>

using namespace daler;
using namespace daler::chain;
using namespace daler::test;

TEST_CASE("the serialized hash covers outpoint, origin and output of every coin", "[chain]") {
    Node node;
    node.extend(7);
    const auto stats = node.state->coin_stats(Chainstate::CoinsHash::serialized_3);
    CHECK(stats.height == 7);
    CHECK(stats.best_block == node.tip());
    CHECK(stats.outputs == 7);
    CHECK(stats.transactions == 7);
    CHECK(stats.total == Amount{7 * 50 * satoshis_per_coin});
    CHECK(stats.bogo_size == 7 * (50 + 1));

    // Written down once more, from the blocks.
    std::map<Txid, Height> coins;
    for (Height height = 1; height <= 7; ++height) {
        const auto block = node.state->read_block(*node.state->view()->at(height));
        coins[block->transactions[0]->txid] = height;
    }
    ByteWriter all;
    MuHash set;
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
    CHECK(node.state->coin_stats(Chainstate::CoinsHash::muhash).hash.bytes == set.finish());
    CHECK(node.state->coin_stats(Chainstate::CoinsHash::none).hash.is_zero());
}

TEST_CASE("the set hash does not depend on order and has the published form", "[chain]") {
    const auto element = [](std::uint8_t i) {
        Bytes bytes(32, 0);
        bytes[0] = i;
        return bytes;
    };
    MuHash one;
    MuHash other;
    const std::array<std::uint8_t, 5> members{0, 1, 2, 3, 200};
    for (const auto i : members)
        one.insert(element(i));
    for (std::size_t i = members.size(); i-- > 0;)
        other.insert(element(members[i]));
    CHECK(one.finish() == other.finish());
    // Computed with big integers from the definition (the same program gives the reference
    // implementation's published value for 0 * 1 / 2).
    CHECK(Hash256{one.finish()}.to_hex() ==
          "fedcbc6fcfc5aade35878ab9d9c2e0692a31225aaacb75f5b5b78dbe630e6ebd");
    // SHA-256 of the number one.
    Bytes identity(384, 0);
    identity[0] = 1;
    CHECK(MuHash().finish() == crypto::sha256(identity));
}

TEST_CASE("what is taken away from a set leaves no trace in its hash", "[chain]") {
    const auto element = [](std::uint8_t i) { return Bytes(40, i); };
    MuHash set;
    set.insert(element(1));
    set.insert(element(2));
    MuHash other = set;
    other.insert(element(3));
    CHECK(other.finish() != set.finish());
    other.remove(element(3));
    CHECK(other.finish() == set.finish());
    CHECK(other.state() == set.state());
    // The order does not matter, nor does what lies in between.
    MuHash restored(other.state());
    restored.remove(element(1));
    MuHash two;
    two.remove(element(7));
    two.insert(element(2));
    two.insert(element(7));
    CHECK(restored.state() == two.state());
    restored.remove(element(2));
    CHECK(restored.finish() == MuHash().finish());
}

TEST_CASE("the published sequence of insertions and removals gives the published hash", "[chain]") {
    // Elements 0 and 1 put in, 2 taken away (the value is that of the reference implementation).
    const auto element = [](std::uint8_t i) {
        Bytes bytes(32, 0);
        bytes[0] = i;
        return bytes;
    };
    MuHash set;
    set.insert(element(0));
    set.insert(element(1));
    set.remove(element(2));
    CHECK(Hash256{set.finish()}.to_hex() ==
          "10d312b100cbd32ada024a6646e40d3482fcff103668d2625f10002a607d5863");
}

TEST_CASE("a picture of the coins stays as it is while the chain goes on", "[chain]") {
    Node node;
    node.extend(5);
    const auto expected = node.coins_hash();
    node.extend(2);
    bool begun = false;
    std::unique_ptr<CoinSnapshot> picture;
    while (!picture)
        picture = node.state->snapshot_coins(begun);
    CHECK(picture->block().hash == node.tip());
    const auto seven = node.coins_hash();
    node.extend(3);
    node.state->flush();
    CHECK(picture->stats(CoinsHash::serialized_3)->hash == seven);
    CHECK(picture->stats(CoinsHash::serialized_3)->height == 7);
    CHECK(seven != expected);
    std::size_t visits = 0;
    picture->for_each([&](const OutPoint&, const consensus::Coin&) { return ++visits < 4; });
    CHECK(visits == 4);
    const std::atomic<bool> stop{true};
    CHECK_FALSE(picture->stats(CoinsHash::none, &stop));
}
