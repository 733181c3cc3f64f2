#include "fixture.h"

#include <test.h>

using namespace daler;
using namespace daler::test;

TEST_CASE("a higher fee replaces conflicting transactions and their descendants",
          "[mempool][bip125]") {
    Fixture f;
    const auto coin = f.coin();
    const auto old = f.add({.from = {coin}, .fee = 1000});
    const auto child = f.add({.from = {output_of(old)}, .in = value_of(old), .fee = 1000});
    const auto better = make({.from = {coin}, .fee = 3000});
    const auto accepted = f.pool.accept(better, f.options());
    REQUIRE(accepted);
    CHECK(accepted->replaced.size() == 2);
    CHECK(f.pool.transactions() == std::vector{better});
    CHECK(f.reasons[old->txid] == "replaced");
    CHECK(f.reasons[child->txid] == "replaced");
    CHECK(f.pool.spender(coin) == better);
}

TEST_CASE("a replacement pays a higher fee rate, and for its own relay", "[mempool][bip125]") {
    Fixture f;
    const auto coin = f.coin();
    const auto size = f.add({.from = {coin}, .fee = 1000})->vsize();
    const auto rate = [&](std::int64_t fee) {
        return FeeRate::of(Amount{fee}, size).per_kvb.to_text() + " BTC/kvB";
    };
    const auto worse = make({.from = {coin}, .fee = 999});
    CHECK(f.accept(worse) == "insufficient fee, rejecting replacement " + worse->txid.to_hex() +
                                 "; new feerate " + rate(999) + " <= old feerate " + rate(1000));
    const auto cheap = make({.from = {coin}, .fee = 1000 + size - 1});
    CHECK(f.accept(cheap) == "insufficient fee, rejecting replacement " + cheap->txid.to_hex() +
                                 ", not enough additional fees to relay; " +
                                 Amount{size - 1}.to_short_text() + " < " +
                                 Amount{size}.to_short_text());
    CHECK(f.accept(make({.from = {coin}, .fee = 1000 + size})) == "ok");
}

TEST_CASE("a replacement pays at least the fees of all replaced transactions",
          "[mempool][bip125]") {
    Fixture f;
    const auto coin = f.coin();
    const auto old = f.add({.from = {coin}, .fee = 1000});
    f.add({.from = {output_of(old)}, .in = value_of(old), .fee = 50'000});
    const auto tx = make({.from = {coin}, .fee = 20'000});
    CHECK(f.accept(tx) == "insufficient fee, rejecting replacement " + tx->txid.to_hex() +
                              ", less fees than conflicting txs; 0.0002 < 0.00051");
}

TEST_CASE("a transaction can replace at most 100 others", "[mempool][bip125]") {
    Fixture f;
    std::vector<OutPoint> coins;
    for (int i = 0; i < 5; ++i) {
        const auto coin = f.coin();
        const auto root = f.add({.from = {coin}, .fee = 1000, .outputs = 19});
        for (std::uint32_t child = 0; child < 19; ++child)
            f.add({.from = {output_of(root, child)}, .in = value_of(root, child), .fee = 200});
        coins.push_back(coin);
    }
    REQUIRE(f.pool.size() == 100);
    const auto one_more = f.coin();
    f.add({.from = {one_more}, .fee = 200});
    auto with_one_more = coins;
    with_one_more.push_back(one_more);
    const auto tx = make({.from = with_one_more, .in = 6 * coin_value, .fee = 2 * coin_value});
    CHECK(f.accept(tx) == "too many potential replacements, rejecting replacement " +
                              tx->txid.to_hex() + "; too many potential replacements (101 > 100)");
    CHECK(f.accept(make({.from = coins, .in = 5 * coin_value, .fee = 2 * coin_value})) == "ok");
    CHECK(f.pool.size() == 2);
}

TEST_CASE("a replacement must not spend new unconfirmed coins", "[mempool][bip125]") {
    Fixture f;
    const auto coin = f.coin();
    const auto parent = f.add({.from = {f.coin()}, .outputs = 2});
    f.add({.from = {coin}, .fee = 1000});
    const auto tx = make(
        {.from = {coin, output_of(parent)}, .in = coin_value + value_of(parent), .fee = 50'000});
    CHECK(f.accept(tx) == "replacement-adds-unconfirmed, replacement " + tx->txid.to_hex() +
                              " adds unconfirmed input, idx 1");
    // A parent of the replaced transaction is not new.
    const auto old = f.add({.from = {output_of(parent, 1)}, .in = value_of(parent, 1)});
    CHECK(f.accept(make({.from = {output_of(parent, 1), output_of(parent, 0)},
                         .in = 2 * value_of(parent),
                         .fee = 50'000})) == "ok");
    CHECK(f.reasons[old->txid] == "replaced");
}

TEST_CASE("a replacement cannot spend a transaction that it replaces", "[mempool][bip125]") {
    Fixture f;
    const auto coin = f.coin();
    const auto old = f.add({.from = {coin}, .fee = 1000});
    const auto tx =
        make({.from = {coin, output_of(old)}, .in = 2 * coin_value - 1000, .fee = 50'000});
    CHECK(f.accept(tx) == "bad-txns-spends-conflicting-tx, " + tx->txid.to_hex() +
                              " spends conflicting transaction " + old->txid.to_hex());
}

TEST_CASE("without full RBF only transactions that signal are replaced", "[mempool][bip125]") {
    mempool::Limits limits;
    limits.full_rbf = false;
    Fixture f(limits);
    const auto coin = f.coin();
    f.add({.from = {coin}, .fee = 1000, .sequence = 0xfffffffe});
    CHECK(f.accept(make({.from = {coin}, .fee = 9000})) == "txn-mempool-conflict");
    const auto other = f.coin();
    const auto signalling = f.add({.from = {other}, .fee = 1000, .sequence = 0xfffffffd});
    CHECK(f.pool.entry(signalling->txid)->bip125_replaceable);
    CHECK(f.accept(make({.from = {other}, .fee = 9000})) == "ok");
}

TEST_CASE("a child of a transaction that signals counts as replaceable", "[mempool][bip125]") {
    Fixture f;
    const auto parent = f.add({.from = {f.coin()}, .sequence = 0xfffffffd});
    const auto child = f.add({.from = {output_of(parent)}, .in = value_of(parent)});
    const auto alone = f.add({.from = {f.coin()}});
    CHECK(f.pool.entry(child->txid)->bip125_replaceable);
    CHECK_FALSE(f.pool.entry(alone->txid)->bip125_replaceable);
}

TEST_CASE("a caller may refuse to replace", "[mempool][bip125]") {
    Fixture f;
    const auto coin = f.coin();
    f.add({.from = {coin}, .fee = 1000});
    auto options = f.options();
    options.allow_replacement = false;
    CHECK(f.accept(make({.from = {coin}, .fee = 9000}), options) ==
          "bip125-replacement-disallowed");
}

TEST_CASE("a full chain can replace its last transaction", "[mempool][bip125]") {
    Fixture f;
    const auto chain = f.add_chain(25);
    CHECK(f.accept(make(
              {.from = {output_of(chain[23])}, .in = value_of(chain[23]), .fee = 50'000})) == "ok");
    CHECK(f.reasons[chain[24]->txid] == "replaced");
}

TEST_CASE("version 3 spends only unconfirmed version 3, one small child of one parent",
          "[mempool][bip431]") {
    Fixture f;
    const auto parent = f.add({.from = {f.coin()}, .outputs = 2, .version = 3});
    const auto spend = [&](std::uint32_t version, std::size_t padding = 0) {
        return make({.from = {output_of(parent)},
                     .in = value_of(parent),
                     .fee = 9000,
                     .padding = padding,
                     .version = version});
    };
    CHECK(f.accept(spend(2)).starts_with("TRUC-violation, non-version=3 tx "));
    CHECK(f.accept(spend(3, 1000)).starts_with("TRUC-violation, version=3 child tx "));
    const auto child = spend(3);
    CHECK(f.accept(child) == "ok");
    const auto grandchild = make({.from = {output_of(child)}, .in = value_of(child), .version = 3});
    CHECK(f.accept(grandchild) == "TRUC-violation, tx " + grandchild->txid.to_hex() +
                                      " (wtxid=" + grandchild->wtxid.to_hex() +
                                      ") would have too many ancestors");

    const auto plain = f.add({.from = {f.coin()}});
    CHECK(f.accept(make({.from = {output_of(plain)}, .in = value_of(plain), .version = 3}))
              .starts_with("TRUC-violation, version=3 tx "));
}

TEST_CASE("a child of a version 3 parent that pays more replaces its sibling",
          "[mempool][bip431]") {
    Fixture f;
    const auto parent = f.add({.from = {f.coin()}, .outputs = 2, .version = 3});
    const auto first = f.add({.from = {output_of(parent)}, .in = value_of(parent), .version = 3});
    const auto sibling = [&](std::int64_t fee) {
        return make(
            {.from = {output_of(parent, 1)}, .in = value_of(parent, 1), .fee = fee, .version = 3});
    };
    CHECK(
        f.accept(sibling(1000))
            .starts_with("insufficient fee (including sibling eviction), rejecting replacement "));
    CHECK(f.accept(sibling(5000)) == "ok");
    CHECK(f.reasons[first->txid] == "replaced");
    CHECK(f.pool.size() == 2);
}
