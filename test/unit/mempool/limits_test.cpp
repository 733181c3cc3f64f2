#include "fixture.h"

#include <test.h>

using namespace daler;
using namespace daler::test;
using namespace std::chrono_literals;

namespace {

mempool::Limits small_pool() {
    mempool::Limits limits;
    limits.max_usage = 20'000;
    return limits;
}

}  // namespace

TEST_CASE("a full pool evicts the lowest fee rate and raises its minimum", "[mempool]") {
    Fixture f(small_pool());
    std::vector<TransactionRef> all;
    while (f.reasons.empty()) {
        const auto fee = static_cast<std::int64_t>(1000 + 100 * all.size());
        all.push_back(f.add({.from = {f.coin()}, .fee = fee}));
    }
    CHECK(f.reasons.size() == 1);
    CHECK(f.reasons[all[0]->txid] == "sizelimit");
    CHECK(f.pool.info(f.now).usage <= 20'000);

    // The fee rate of the evicted one plus the incremental relay fee.
    const auto size = all[0]->vsize();
    CHECK(f.pool.min_fee(f.now).per_kvb == FeeRate::of(Amount{1000}, size).per_kvb + Amount{1000});
    const auto wanted = f.pool.min_fee(f.now).fee(size).satoshis();
    CHECK(f.accept(make({.from = {f.coin()}, .fee = wanted - 1})) ==
          "mempool min fee not met, " + std::to_string(wanted - 1) + " < " +
              std::to_string(wanted));
}

TEST_CASE("a transaction that is evicted at once is refused", "[mempool]") {
    Fixture f(small_pool());
    while (f.pool.info(f.now).usage < 18'000)
        f.add({.from = {f.coin()}, .fee = 5000});
    f.events.clear();
    CHECK(f.accept(make({.from = {f.coin()}, .fee = 6000, .padding = 4000})) == "mempool full");
    CHECK(f.pool.info(f.now).usage <= 20'000);
    // It was never in the pool for others.
    CHECK(f.events.empty());
}

TEST_CASE("a child that pays keeps its parent in a full pool", "[mempool]") {
    Fixture f(small_pool());
    const auto parent = f.add({.from = {f.coin()}, .fee = 200});
    const auto child = f.add({.from = {output_of(parent)}, .in = value_of(parent), .fee = 50'000});
    while (f.reasons.empty())
        f.add({.from = {f.coin()}, .fee = 3000 + static_cast<std::int64_t>(f.pool.size())});
    CHECK(f.pool.contains(parent->txid));
    CHECK(f.pool.contains(child->txid));
}

TEST_CASE("transactions expire after two weeks, with their descendants", "[mempool]") {
    Fixture f;
    const auto parent = f.add({.from = {f.coin()}});
    f.now += 336h;
    const auto child = f.add({.from = {output_of(parent)}, .in = value_of(parent)});
    const auto other = f.add({.from = {f.coin()}});
    CHECK(f.pool.expire(f.now) == 0);
    f.now += 1s;
    CHECK(f.pool.expire(f.now) == 2);
    CHECK(f.reasons[parent->txid] == "expiry");
    CHECK(f.reasons[child->txid] == "expiry");
    CHECK(f.pool.transactions() == std::vector{other});
}

TEST_CASE("a transaction from mempool.dat keeps its time", "[mempool]") {
    Fixture f;
    auto options = f.options();
    options.entered = f.now - 100h;
    const auto tx = make({.from = {f.coin()}});
    CHECK(f.accept(tx, options) == "ok");
    CHECK(f.pool.entry(tx->txid)->time == f.now - 100h);
}

TEST_CASE("an entry shows chain time and expires by the clock of timers", "[mempool]") {
    Fixture f;
    auto options = f.options();
    options.chain_offset = 1000h;
    const auto tx = make({.from = {f.coin()}});
    CHECK(f.accept(tx, options) == "ok");
    CHECK(f.pool.entry(tx->txid)->time == f.now + 1000h);
    CHECK(f.pool.saved().transactions.at(0).time == f.now);
    f.now += 336h;
    CHECK(f.pool.expire(f.now) == 0);
    CHECK(f.pool.expire(f.now + 1s) == 1);
}

TEST_CASE("a delta changes the sums of ancestors and descendants", "[mempool]") {
    Fixture f;
    const auto chain = f.add_chain(3);
    f.pool.prioritise(chain[1]->txid, Amount{700});
    CHECK(f.pool.entry(chain[0]->txid)->descendant_fees == Amount{3700});
    CHECK(f.pool.entry(chain[1]->txid)->modified_fee == Amount{1700});
    CHECK(f.pool.entry(chain[1]->txid)->fee == Amount{1000});
    CHECK(f.pool.entry(chain[2]->txid)->ancestor_fees == Amount{3700});
    CHECK(f.pool.entry(chain[0]->txid)->ancestor_fees == Amount{1000});
    CHECK(f.pool.deltas().at(chain[1]->txid) == Amount{700});
    f.confirm({chain[0], chain[1]});
    CHECK(f.pool.deltas().empty());
}

TEST_CASE("descendants are removed with a transaction, children first", "[mempool]") {
    Fixture f;
    const auto chain = f.add_chain(4);
    f.pool.remove(chain[1]->txid, mempool::RemovalReason::conflict);
    CHECK(f.pool.transactions() == std::vector{chain[0]});
    CHECK(f.pool.entry(chain[0]->txid)->descendant_count == 1);
    CHECK(f.events[4] == "-" + chain[3]->txid.to_hex() + " conflict");
    f.pool.remove(Txid{}, mempool::RemovalReason::conflict);
    CHECK(f.pool.size() == 1);
}

TEST_CASE("the sequence counts additions, and removals without a block", "[mempool]") {
    Fixture f;
    const auto start = f.pool.sequence();
    const auto chain = f.add_chain(2);
    CHECK(f.pool.sequence() == start + 2);
    CHECK(f.pool.entry(chain[0]->txid)->sequence == start);
    f.confirm({chain[0]});
    CHECK(f.pool.sequence() == start + 2);
    f.pool.remove(chain[1]->txid, mempool::RemovalReason::conflict);
    CHECK(f.pool.sequence() == start + 3);
}
