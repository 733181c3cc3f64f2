#include "fixture.h"

#include <test.h>

using namespace daler;
using namespace daler::test;

TEST_CASE("a block removes the transactions that it confirms, but not their children",
          "[mempool]") {
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

TEST_CASE("a block removes conflicting transactions and their descendants", "[mempool]") {
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

TEST_CASE("a reorganisation adds transactions again that the new chain does not confirm",
          "[mempool]") {
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

TEST_CASE("descendants of a transaction that conflicts with the new chain are removed",
          "[mempool]") {
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

TEST_CASE("the children of a disconnected coinbase are removed", "[mempool]") {
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

TEST_CASE("transactions that are not final on a shorter chain are removed", "[mempool]") {
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

TEST_CASE("a chain of transactions that a reorganisation made too long is shortened", "[mempool]") {
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

TEST_CASE("the transactions of disconnected blocks return, also if children are in the mempool",
          "[mempool]") {
    mempool::Limits limits;
    limits.ancestor_count = 100;
    limits.ancestor_vsize = limits.descendant_vsize = 1'000'000;
    Fixture f(limits);
    // Each spends an output of each one before it. All four blocks together exceed the limits.
    constexpr std::size_t count = 100, group = 25;
    std::vector<TransactionRef> all;
    std::vector<Block> blocks;
    while (all.size() < count) {
        Spend spend{.from = {}, .in = 0, .fee = 10'000, .outputs = count - all.size()};
        if (all.empty()) spend.from.push_back(f.coin(spend.in = 10'000'000'000));
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto index = static_cast<std::uint32_t>(all.size() - i - 1);
            spend.from.push_back(output_of(all[i], index));
            spend.in += value_of(all[i], index);
        }
        all.push_back(f.add(spend));
        if (all.size() % group == 0 && all.size() < count)
            blocks.push_back(f.confirm({all.end() - group, all.end()}));
    }
    for (auto block = blocks.rbegin(); block != blocks.rend(); ++block)
        f.disconnect(*block);
    f.pool.reorganised(f.now);
    REQUIRE(f.pool.size() == count);
    CHECK(f.pool.entry(all[0]->txid)->descendant_count == count);
    CHECK(f.pool.entry(all[count - 1]->txid)->ancestor_count == count);
}

TEST_CASE("of a long chain in many blocks the first transactions return", "[mempool]") {
    Fixture f;
    std::vector<TransactionRef> chain;
    std::vector<Block> blocks;
    TransactionRef last;
    for (int i = 0; i < 100; ++i) {
        last = last ? f.add({.from = {output_of(last)}, .in = value_of(last)})
                    : f.add({.from = {f.coin()}});
        chain.push_back(last);
        if (i % 25 == 24 && i < 99) blocks.push_back(f.confirm({chain.end() - 25, chain.end()}));
    }
    for (auto block = blocks.rbegin(); block != blocks.rend(); ++block)
        f.disconnect(*block);
    f.pool.reorganised(f.now);
    CHECK(f.pool.transactions() == std::vector(chain.begin(), chain.begin() + 25));
}

TEST_CASE("of one block those transactions return that the limits allow", "[mempool]") {
    Fixture f;
    const auto parent = make({.from = {f.coin()}, .outputs = 40});
    std::vector<TransactionRef> transactions{parent};
    for (std::uint32_t i = 0; i < 40; ++i)
        transactions.push_back(
            make({.from = {output_of(parent, i)}, .in = value_of(parent, i), .fee = 500}));
    const auto block = f.confirm(transactions);
    f.disconnect(block);
    f.pool.reorganised(f.now);
    // Itself, 24 descendants, and one that the carve-out lets in.
    CHECK(f.pool.size() == 26);
    CHECK(f.pool.contains(transactions[25]->txid));
}

TEST_CASE("the transactions of hundreds of disconnected blocks return", "[mempool]") {
    Fixture f;
    std::vector<Block> blocks;
    for (int i = 0; i < 220; ++i) {
        blocks.push_back(
            f.confirm({make({.from = {f.coin()}, .fee = 200'000, .padding = 95'000})}));
    }
    for (auto block = blocks.rbegin(); block != blocks.rend(); ++block)
        f.disconnect(*block);
    f.pool.reorganised(f.now);
    CHECK(f.pool.size() == blocks.size());
}

TEST_CASE("of disconnected blocks as much is remembered as a mempool may hold, the earliest first",
          "[mempool]") {
    mempool::Limits small;
    small.max_usage = 5'000'000;
    Fixture f(small);
    std::vector<Block> blocks;
    for (int i = 0; i < 220; ++i) {
        const std::int64_t fee = i < 30 ? 400'000 : 200'000;
        blocks.push_back(f.confirm({make({.from = {f.coin()}, .fee = fee, .padding = 95'000})}));
    }
    const auto last = blocks.back().transactions[0];
    const auto child = f.add({.from = {output_of(last)}, .in = value_of(last)});
    for (auto block = blocks.rbegin(); block != blocks.rend(); ++block)
        f.disconnect(*block);
    f.pool.reorganised(f.now);
    CHECK(f.pool.size() > 45);
    CHECK(f.pool.size() < 55);
    CHECK(f.pool.contains(blocks.front().transactions[0]->txid));
    CHECK_FALSE(f.pool.contains(last->txid));
    CHECK(f.reasons[child->txid] == "reorg");
}

TEST_CASE("a copy of the mempool goes its own way", "[mempool]") {
    Fixture fixture;
    const auto parent = fixture.add({.from = {fixture.coin()}});
    const auto child = fixture.add({.from = {output_of(parent)}, .in = value_of(parent)});
    fixture.pool.prioritise(child->txid, Amount{500});
    FakeChain other = fixture.chain;
    const auto copy = fixture.pool.copy(other);
    CHECK(copy->transactions() == fixture.pool.transactions());
    CHECK(copy->sequence() == fixture.pool.sequence());
    CHECK(copy->deltas() == fixture.pool.deltas());
    const auto entry = copy->entry(child->txid);
    REQUIRE(entry);
    CHECK(entry->ancestor_count == 2);
    CHECK(entry->modified_fee == fixture.pool.entry(child->txid)->modified_fee);
    copy->remove(parent->txid, mempool::RemovalReason::reorg);
    CHECK(copy->size() == 0);
    CHECK(fixture.pool.size() == 2);
}
