#include "fixture.h"

#include <test.h>

using namespace daler;
using namespace daler::test;

TEST_CASE("a block takes what it confirms and leaves its children alone", "[mempool]") {
    Fixture f;
    const auto chain = f.add_chain(4);
    f.confirm({chain[0], chain[1]});
    CHECK(f.reasons[chain[0]->txid] == "block");
    CHECK(f.pool.transactions() == std::vector{chain[2], chain[3]});
    const auto entry = f.pool.entry(chain[3]->txid);
    CHECK(entry->ancestor_count == 2);
    CHECK(entry->ancestor_fees == Amount{2000});
    CHECK(f.pool.entry(chain[2]->txid)->depends.empty());
}

TEST_CASE("a block pushes out what conflicts with it, and all below", "[mempool]") {
    Fixture f;
    const auto coin = f.coin();
    const auto ours = f.add({.from = {coin}});
    const auto child = f.add({.from = {output_of(ours)}, .in = value_of(ours)});
    f.confirm({make({.from = {coin}, .fee = 1234})});
    CHECK(f.pool.size() == 0);
    CHECK(f.reasons[ours->txid] == "conflict");
    CHECK(f.reasons[child->txid] == "conflict");
}

TEST_CASE("the same transaction with another witness is confirmed, not in conflict", "[mempool]") {
    Fixture f;
    const auto tx = f.add({.from = {f.coin()}});
    Transaction other = *tx;
    other.inputs[0].witness = {{1}, {0x51}};
    f.confirm({seal(other)});
    CHECK(f.reasons[tx->txid] == "block");
}

TEST_CASE("a reorganisation gives back what the new chain does not confirm", "[mempool]") {
    Fixture f;
    const auto chain = f.add_chain(3);
    const auto first = f.confirm({chain[0]});
    const auto second = f.confirm({chain[1]});
    CHECK(f.pool.transactions() == std::vector{chain[2]});
    f.disconnect(second);
    f.disconnect(first);
    f.confirm({chain[0]});
    f.pool.reorganised(f.now);
    CHECK(f.pool.transactions() == std::vector{chain[1], chain[2]});
    const auto entry = f.pool.entry(chain[2]->txid);
    CHECK(entry->ancestor_count == 2);
    CHECK(entry->ancestor_fees == Amount{2000});
    CHECK(f.pool.entry(chain[1]->txid)->descendant_count == 2);
    CHECK(f.pool.entry(chain[1]->txid)->spent_by == std::vector{chain[2]->txid});
}

TEST_CASE("returned transactions may pay nothing", "[mempool]") {
    Fixture f;
    const auto free = make({.from = {f.coin()}, .fee = 0});
    const auto block = f.confirm({free});
    f.disconnect(block);
    f.pool.reorganised(f.now);
    CHECK(f.pool.transactions() == std::vector{free});
}

TEST_CASE("what depends on something the new chain conflicts with goes", "[mempool]") {
    Fixture f;
    const auto coin = f.coin();
    const auto old = f.add({.from = {coin}});
    const auto block = f.confirm({old});
    const auto child = f.add({.from = {output_of(old)}, .in = value_of(old)});
    f.disconnect(block);
    f.confirm({make({.from = {coin}, .fee = 777})});
    f.pool.reorganised(f.now);
    CHECK(f.pool.size() == 0);
    CHECK(f.reasons[child->txid] == "reorg");
}

TEST_CASE("the children of a disconnected coinbase go", "[mempool]") {
    Fixture f;
    Transaction coinbase;
    coinbase.inputs.resize(1);
    coinbase.inputs[0].script_sig = Script(Bytes{1, 2, 3});
    coinbase.outputs.push_back({Amount{coin_value}, open_script()});
    Block block;
    block.transactions = {seal(coinbase)};
    f.connect(block);
    const auto from = output_of(block.transactions[0]);
    f.chain.coins[from].height = 50;
    const auto child = f.add({.from = {from}});
    f.disconnect(block);
    f.pool.reorganised(f.now);
    CHECK(f.pool.size() == 0);
    CHECK(f.reasons[child->txid] == "reorg");
}

TEST_CASE("a shorter chain can make transactions too early again", "[mempool]") {
    Fixture f;
    const auto block = f.confirm({});
    const auto locked = f.add({.from = {f.coin()}, .sequence = 1u << 31, .lock_time = 201});
    const auto immature = f.add({.from = {f.coin(coin_value, 102, true)}});
    const auto relative = f.add({.from = {f.coin(coin_value, 192)}, .sequence = 10});
    const auto child = f.add({.from = {output_of(relative)}, .in = value_of(relative)});
    const auto fine = f.add({.from = {f.coin(coin_value, 191)}, .sequence = 10, .lock_time = 200});
    f.disconnect(block);
    f.pool.reorganised(f.now);
    CHECK(f.pool.transactions() == std::vector{fine});
    for (const auto& gone : {locked, immature, relative, child})
        CHECK(f.reasons[gone->txid] == "reorg");
}

TEST_CASE("a chain that a reorganisation made too long is cut", "[mempool]") {
    Fixture f;
    const auto confirmed = f.add_chain(2);
    const auto block = f.confirm(confirmed);
    std::vector<TransactionRef> chain;
    TransactionRef last = confirmed[1];
    for (int i = 0; i < 25; ++i) {
        last = f.add({.from = {output_of(last)}, .in = value_of(last)});
        chain.push_back(last);
    }
    f.disconnect(block);
    f.pool.reorganised(f.now);
    CHECK(f.pool.size() == 25);
    CHECK(f.reasons[chain[23]->txid] == "sizelimit");
    CHECK(f.reasons[chain[24]->txid] == "sizelimit");
    CHECK(f.pool.entry(chain[22]->txid)->ancestor_count == 25);
}

TEST_CASE("disconnected blocks are remembered up to 20 MB, the latest first", "[mempool]") {
    Fixture f;
    std::vector<Block> blocks;
    for (int i = 0; i < 220; ++i) {
        blocks.push_back(
            f.confirm({make({.from = {f.coin()}, .fee = 200'000, .padding = 95'000})}));
    }
    for (auto block = blocks.rbegin(); block != blocks.rend(); ++block)
        f.disconnect(*block);
    f.pool.reorganised(f.now);
    CHECK(f.pool.size() < 215);
    CHECK(f.pool.size() > 200);
    CHECK(f.pool.contains(blocks.back().transactions[0]->txid));
    CHECK_FALSE(f.pool.contains(blocks.front().transactions[0]->txid));
}
