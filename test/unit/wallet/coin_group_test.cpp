// Coins of one script that are spent together.
#include <daler/primitives/chain_params.h>

#include <test.h>

#include "fake_node.h"

using namespace daler;
using namespace daler::wallet;
using namespace daler::wallet::test;
using descriptor::AddressType;

namespace {

void pay_to(Bench& bench, const Script& script, int count, Amount amount) {
    for (int i = 0; i < count; ++i)
        bench.node.mempool.push_back(bench.node.pay(script, amount));
    bench.node.mine_many(6);
}

/// How many coins a payment of this amount spends; 0: it fails.
std::size_t spent(Wallet& wallet, Amount amount, std::optional<bool> avoid_reuse = {}) {
    const auto payment = wallet.prepare(
        {.recipients = {{elsewhere, amount}}, .avoid_reuse = avoid_reuse, .sign = false});
    return payment ? payment->tx->inputs.size() : 0;
}

}  // namespace

TEST_CASE("a payment spends 100 coins of a script, and the rest of them if it must", "[wallet]") {
    Bench bench;
    const auto wallet = bench.create("w");
    pay_to(bench, address(*wallet, AddressType::bech32), 250, coins(0.01));
    CHECK(spent(*wallet, coins(0.005)) == 1);
    bench.options.avoid_partial_spends = true;
    CHECK(spent(*wallet, coins(0.005)) == 100);
    CHECK(spent(*wallet, coins(1.5)) == 200);
    CHECK(spent(*wallet, coins(2.2)) == 250);
    // Then the stages end before those that allow it.
    bench.options.spend_unconfirmed_change = false;
    CHECK(spent(*wallet, coins(1.5)) == 200);
    CHECK(spent(*wallet, coins(2.2)) == 0);
}

TEST_CASE("which coins of a large script go together is left to chance", "[wallet]") {
    Bench bench;
    bench.options.avoid_partial_spends = true;
    const auto wallet = bench.create("w");
    pay_to(bench, address(*wallet, AddressType::bech32), 130, coins(0.01));
    std::set<std::set<OutPoint>> seen;
    for (int i = 0; i < 3; ++i) {
        const auto payment = wallet->prepare({.recipients = {{elsewhere, coins(0.5)}}});
        REQUIRE(payment);
        std::set<OutPoint> inputs;
        for (const auto& input : payment->tx->inputs)
            inputs.insert(input.prevout);
        seen.insert(inputs);
    }
    CHECK(seen.size() == 3);
}

TEST_CASE("wallets that avoid reuse spend coins of a script together", "[wallet]") {
    Bench bench;
    const auto wallet = bench.create("w", {.avoid_reuse = true});
    pay_to(bench, address(*wallet, AddressType::bech32), 3, coins(1));
    CHECK(spent(*wallet, coins(0.5)) == 3);
    CHECK(spent(*wallet, coins(0.5), true) == 3);
    CHECK(spent(*wallet, coins(0.5), false) == 1);
    wallet->set_avoid_reuse(false);
    CHECK(spent(*wallet, coins(0.5)) == 1);
}

TEST_CASE("a group is as old as its latest coin", "[wallet]") {
    Bench bench;
    bench.options.avoid_partial_spends = true;
    const auto wallet = bench.create("w");
    const auto paid_again = address(*wallet, AddressType::bech32);
    pay_to(bench, paid_again, 1, coins(1));
    pay_to(bench, address(*wallet, AddressType::bech32), 2, coins(1));
    bench.node.mempool.push_back(bench.node.pay(paid_again, coins(1)));
    bench.node.mine();
    // Coins of others with six confirmations come first.
    CHECK(spent(*wallet, coins(1.5)) == 2);
    const auto payment = wallet->prepare({.recipients = {{elsewhere, coins(1.5)}}});
    REQUIRE(payment);
    for (const auto& input : payment->tx->inputs)
        CHECK(wallet->history().owned_prevout(input)->script_pubkey != paid_again);
}
