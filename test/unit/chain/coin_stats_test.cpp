#include <test.h>

#include "fixture.h"

#include <chain/muhash.h>

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
