#include <test.h>

#include <daler/coins/coin_overlay.h>
#include <memory_database.h>

using namespace daler;
using namespace daler::coins;

namespace {

struct Coins {
    CoinDatabase database{test::database_in_memory(), 0};
    CoinCache cache{database, 1u << 20};
    CoinOverlay overlay{cache};
};

TransactionRef transaction(std::uint8_t number) {
    Transaction tx;
    tx.inputs.push_back({{{}, number}, {}, TxInput::final_sequence, {}});
    tx.outputs.push_back({Amount{1000}, Script(Bytes{0x51})});
    tx.outputs.push_back({Amount{0}, Script(Bytes{0x6a})});  // OP_RETURN
    tx.outputs.push_back({Amount{3000}, Script(Bytes{0x53})});
    return seal(std::move(tx));
}

}  // namespace

TEST_CASE("an open block's coins can be spent once, in it or above it", "[coins]") {
    Coins coins;
    const auto tx = transaction(1);
    coins.overlay.begin_layer();
    coins.overlay.add(*tx, 5);
    const auto first = coins.overlay.spend({tx->txid, 0});
    REQUIRE(first);
    CHECK(first->output == tx->outputs[0]);
    CHECK(first->height == 5);
    CHECK_FALSE(coins.overlay.spend({tx->txid, 0}));
    CHECK_FALSE(coins.overlay.has({tx->txid, 0}));
    coins.overlay.begin_layer();
    CHECK(coins.overlay.has({tx->txid, 2}));
    CHECK(coins.overlay.spend({tx->txid, 2}));
    CHECK_FALSE(coins.overlay.has({tx->txid, 2}));
}

TEST_CASE("an unspendable output is no coin, nor is a missing one", "[coins]") {
    Coins coins;
    const auto tx = transaction(1);
    coins.overlay.begin_layer();
    coins.overlay.add(*tx, 5);
    for (const std::uint32_t index : {1u, 3u, 0xffff'ffffu}) {
        CHECK_FALSE(coins.overlay.has({tx->txid, index}));
        CHECK_FALSE(coins.overlay.spend({tx->txid, index}));
    }
}

TEST_CASE("a coin of the cache is there until an open block spends it", "[coins]") {
    Coins coins;
    const OutPoint where{{}, 9};
    coins.cache.add(where, {Amount{7}, {}}, 1, true);
    coins.overlay.begin_layer();
    CHECK(coins.overlay.has(where));
    CHECK(coins.overlay.spend(where));
    CHECK_FALSE(coins.overlay.has(where));
    coins.overlay.clear();
    CHECK(coins.overlay.has(where));
}

// Before BIP 34 an id could come again when all coins of the first were spent.
TEST_CASE("a transaction that repeats one whose coins are spent has coins again", "[coins]") {
    Coins coins;
    const auto tx = transaction(1);
    coins.overlay.begin_layer();
    coins.overlay.add(*tx, 5);
    CHECK(coins.overlay.spend({tx->txid, 0}));
    CHECK(coins.overlay.spend({tx->txid, 2}));
    coins.overlay.begin_layer();
    coins.overlay.add(*tx, 6);
    const auto again = coins.overlay.spend({tx->txid, 0});
    REQUIRE(again);
    CHECK(again->height == 6);
}

TEST_CASE("removing a layer keeps the changes of newer layers", "[coins]") {
    Coins coins;
    Block block;
    block.transactions = {transaction(1)};
    const auto& tx = *block.transactions[0];
    const auto oldest = coins.overlay.begin_layer();
    coins.overlay.add(tx, 5);
    coins.overlay.begin_layer();
    CHECK(coins.overlay.spend({tx.txid, 0}));
    // The block is confirmed: its coins go to the cache.
    for (const std::uint32_t index : {0u, 2u})
        coins.cache.add({tx.txid, index}, tx.outputs[index], 5, false);
    coins.overlay.remove_layer(oldest, block);
    CHECK_FALSE(coins.overlay.has({tx.txid, 0}));
    CHECK(coins.overlay.has({tx.txid, 2}));
}

TEST_CASE("a coin that a confirmed block spent can be added again, until the next clear",
          "[coins]") {
    Coins coins;
    const auto tx = transaction(1);
    const OutPoint outpoint{tx->txid, 0};
    coins.overlay.begin_layer();
    CHECK_FALSE(coins.overlay.find(outpoint));
    coins.overlay.add(outpoint, tx->outputs[0], 3, true, true);
    CHECK(coins.overlay.has(outpoint));
    CHECK(coins.overlay.find(outpoint) == consensus::Coin{tx->outputs[0], 3, true});
    CHECK(coins.overlay.spend(outpoint) == consensus::Coin{tx->outputs[0], 3, true});
    CHECK_FALSE(coins.overlay.find(outpoint));
    // The block that created it leaves, and its transaction is confirmed again.
    coins.overlay.add(*tx, 9);
    CHECK(coins.overlay.find(outpoint) == consensus::Coin{tx->outputs[0], 9, false});
    coins.overlay.clear();
    CHECK_FALSE(coins.overlay.has(outpoint));
}
