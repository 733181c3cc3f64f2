#include "sync/pooled_transactions.h"

#include <test.h>

using namespace daler;
using sync::PooledTransactions;

namespace {

TransactionRef numbered(std::uint32_t number, std::uint8_t witness) {
    Transaction tx;
    tx.lock_time = number;
    tx.inputs.resize(1);
    tx.inputs[0].witness = {{witness}};
    return seal(std::move(tx));
}

}  // namespace

TEST_CASE("transactions of the mempool are found by both ids", "[sync]") {
    PooledTransactions pool;
    for (std::uint32_t i = 0; i < 100; ++i)
        pool.add(*numbered(i, 1), {FeeRate{Amount{i}}, i});
    for (std::uint32_t i = 0; i < 100; ++i) {
        const auto tx = numbered(i, 1);
        CHECK(pool.contains(tx->txid));
        CHECK(pool.contains(tx->wtxid));
        CHECK(pool.find(tx->txid)->arrival == i);
        CHECK(pool.find(tx->wtxid)->fee_rate == FeeRate{Amount{i}});
    }
    CHECK_FALSE(pool.find(numbered(100, 1)->txid));
    CHECK_FALSE(pool.find(numbered(1, 2)->wtxid));
}

TEST_CASE("a transaction leaves the record by its txid, whatever its witness", "[sync]") {
    PooledTransactions pool;
    pool.add(*numbered(1, 1), {FeeRate{}, 1});
    pool.add(*numbered(2, 1), {FeeRate{}, 2});
    pool.erase(numbered(1, 9)->txid);
    pool.erase(numbered(3, 1)->txid);
    CHECK_FALSE(pool.contains(numbered(1, 1)->txid));
    CHECK_FALSE(pool.contains(numbered(1, 1)->wtxid));
    CHECK(pool.contains(numbered(2, 1)->wtxid));
    pool.add(*numbered(2, 5), {FeeRate{}, 3});
    CHECK_FALSE(pool.contains(numbered(2, 1)->wtxid));
    CHECK(pool.find(numbered(2, 5)->txid)->arrival == 3);
}
