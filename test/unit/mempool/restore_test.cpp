#include "fixture.h"

#include <test.h>

using namespace daler;
using namespace daler::test;

namespace {

using mempool::SavedMempool;

/// What getrawmempool would show of each transaction.
std::vector<std::string> shown(const mempool::Mempool& pool) {
    std::vector<std::string> out;
    for (const auto& tx : pool.transactions()) {
        const auto entry = *pool.entry(tx->txid);
        out.push_back(tx->txid.to_hex() + " " + std::to_string(unix_seconds(entry.time)) + " " +
                      std::to_string(entry.height) + " " +
                      std::to_string(entry.modified_fee.satoshis()) + " " +
                      std::to_string(entry.ancestor_vsize) + " " +
                      std::to_string(entry.ancestor_fees.satoshis()) + " " +
                      std::to_string(entry.descendant_vsize) + " " +
                      std::to_string(entry.descendant_fees.satoshis()) + " " +
                      std::to_string(entry.unbroadcast));
    }
    return out;
}

}  // namespace

TEST_CASE("restore removes what came later, adds what is missing, and keeps the rest",
          "[mempool]") {
    Fixture f;
    const auto kept = f.add({.from = {f.coin()}});
    const auto gone = f.add({.from = {f.coin()}});
    const auto saved = f.pool.saved();
    const auto before = shown(f.pool);
    f.pool.remove(gone->txid, mempool::RemovalReason::expiry);
    const auto later = f.add({.from = {f.coin()}});
    const auto child = f.add({.from = {output_of(later)}, .in = value_of(later)});
    f.events.clear();
    const auto sequence = f.pool.sequence();

    f.now += std::chrono::hours{1};
    f.pool.restore(saved, f.now);
    CHECK(shown(f.pool) == before);
    CHECK(f.events == std::vector<std::string>{"-" + child->txid.to_hex() + " reorg",
                                               "-" + later->txid.to_hex() + " reorg",
                                               "+" + gone->txid.to_hex()});
    CHECK(f.pool.sequence() == sequence + 3);
    f.events.clear();
    f.pool.restore(saved, f.now);
    CHECK(f.events.empty());
    CHECK(f.pool.contains(kept->txid));
}

TEST_CASE("restore brings back times, heights, deltas and what is unbroadcast", "[mempool]") {
    Fixture f;
    const auto tx = f.add({.from = {f.coin()}});
    const auto absent = Txid{crypto::sha256d(as_bytes("absent"))};
    ++f.chain.tip;
    const auto other = f.add({.from = {f.coin()}});
    f.pool.prioritise(tx->txid, Amount{500});
    f.pool.prioritise(absent, Amount{7});
    f.pool.add_unbroadcast(other->txid);
    const auto saved = f.pool.saved();
    const auto before = shown(f.pool);

    f.pool.remove(tx->txid, mempool::RemovalReason::expiry);
    f.pool.prioritise(tx->txid, Amount{1});
    f.pool.prioritise(other->txid, Amount{90});
    f.pool.prioritise(absent, Amount{-7});
    f.pool.remove_unbroadcast(other->txid);
    f.now += std::chrono::seconds{60};
    CHECK(f.accept(tx) == "ok");
    f.pool.add_unbroadcast(tx->txid);

    f.pool.restore(saved, f.now);
    CHECK(shown(f.pool) == before);
    CHECK(f.pool.deltas() == std::map<Txid, Amount>{{tx->txid, Amount{500}}, {absent, Amount{7}}});
    CHECK(f.pool.unbroadcast() == std::set<Txid>{other->txid});
}

TEST_CASE("restore links a parent that comes back to its child that stayed", "[mempool]") {
    Fixture f;
    const auto chain = f.add_chain(3);
    const auto saved = f.pool.saved();
    const auto before = shown(f.pool);
    const auto block = f.confirm({chain[0]});
    CHECK(shown(f.pool) != before);
    f.disconnect(block);
    f.events.clear();
    f.pool.restore(saved, f.now);
    CHECK(shown(f.pool) == before);
    CHECK(f.events == std::vector<std::string>{"+" + chain[0]->txid.to_hex()});
}

TEST_CASE("after restore, transactions of disconnected blocks do not come back", "[mempool]") {
    Fixture f;
    const auto saved = f.pool.saved();
    const auto tx = f.add({.from = {f.coin()}});
    f.disconnect(f.confirm({tx}));
    f.pool.restore(saved, f.now);
    f.pool.reorganised(f.now);
    CHECK(f.pool.size() == 0);
}
