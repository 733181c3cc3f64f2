#include <daler/descriptor/signing.h>
#include <daler/primitives/chain_params.h>
#include <daler/wallet/replacement.h>

#include <test.h>

#include "fake_node.h"

using namespace daler;
using namespace daler::wallet;
using namespace daler::wallet::test;
using descriptor::AddressType;

namespace {

/// A wallet with confirmed coins of these amounts, one of each kind of address in turn.
std::unique_ptr<Wallet> wallet_with(Bench& bench, const std::vector<Amount>& amounts) {
    auto wallet = bench.create("w");
    int kind = 0;
    for (const auto amount : amounts) {
        const auto type = static_cast<AddressType>(kind++ % 4);
        bench.node.mempool.push_back(bench.node.pay(address(*wallet, type), amount));
    }
    bench.node.mine_many(6);
    return wallet;
}

/// Sends a payment with a higher fee instead of this one, which spends one coin.
TransactionRef replace(Wallet& wallet, const SealedTransaction& payment) {
    const auto coin = payment.inputs.front().prevout;
    const auto output = *wallet.history().output(coin);
    const auto made = prepare_replacement(wallet, payment.txid, {.coins = {{coin, output}}});
    if (!made) FAIL(made.error().message);
    REQUIRE(wallet.send_replacement(made->payment, payment.txid));
    return made->payment.tx;
}

std::string error(Wallet& wallet, const PaymentRequest& request) {
    const auto payment = wallet.prepare(request);
    return payment ? "" : payment.error().message;
}

Amount input_value(const Wallet& wallet, const Transaction& tx) {
    return wallet.history().debit(tx);
}

}  // namespace

TEST_CASE("a payment from all kinds of coins is valid and pays the wanted fee rate", "[wallet]") {
    Bench bench;
    const auto wallet = wallet_with(bench, {coins(1), coins(1), coins(1), coins(1)});
    const auto payment = wallet->prepare({.recipients = {{elsewhere, coins(3.5)}}});
    REQUIRE(payment);
    CHECK(payment->tx->inputs.size() == 4);
    CHECK(payment->fee == input_value(*wallet, *payment->tx) - payment->tx->output_value());
    CHECK(payment->fee_reason == "Fallback fee");
    const FeeRate wanted{Amount{20'000}};
    CHECK(payment->fee >= wanted.fee(payment->tx->vsize()));
    CHECK(payment->fee <= wanted.fee(payment->tx->vsize() + 4));
    REQUIRE(payment->change_position);
    CHECK(wallet->is_change(payment->tx->outputs[*payment->change_position]));
    for (const auto& input : payment->tx->inputs)
        CHECK(input.sequence == 0xfffffffd);
}

namespace {

/// The txids of payments of a new wallet with many coins.
std::vector<Txid> payments_with(const std::optional<crypto::Digest256>& seed) {
    Bench bench;
    bench.options.choice_seed = seed;
    std::vector<Amount> amounts;
    for (int i = 0; i < 60; ++i)
        amounts.push_back(Amount{1'000'000 + 7919 * (i % 17)});
    const auto wallet = wallet_with(bench, amounts);
    std::vector<Txid> out;
    for (int i = 1; i <= 10; ++i)
        out.push_back(send(*wallet, elsewhere, Amount{900'000 * i})->txid);
    return out;
}

}  // namespace

TEST_CASE("with a seed for choices, the same calls make the same payments", "[wallet]") {
    crypto::Digest256 seed{};
    const auto first = payments_with(seed);
    CHECK(payments_with(seed) == first);
    seed[31] = 1;
    CHECK(payments_with(seed) != first);
    CHECK(payments_with({}) != payments_with({}));
}

TEST_CASE("change has the address type of the payment", "[wallet]") {
    Bench bench;
    const auto wallet = wallet_with(bench, {coins(1)});
    const auto type = GENERATE(AddressType::legacy, AddressType::p2sh_segwit, AddressType::bech32,
                               AddressType::bech32m);
    const auto other = bench.create("other");
    const auto payment = wallet->prepare({.recipients = {{address(*other, type), coins(0.5)}}});
    REQUIRE(payment);
    const auto& change = payment->tx->outputs[*payment->change_position].script_pubkey;
    CHECK(change.size() == address(*other, type).size());
}

TEST_CASE("a payment pays the requested fee rate", "[wallet]") {
    Bench bench;
    const auto wallet = wallet_with(bench, {coins(1)});
    const FeeRate rate{Amount{12'345}};
    const auto payment =
        wallet->prepare({.recipients = {{elsewhere, coins(0.5)}}, .fee_rate = rate});
    REQUIRE(payment);
    CHECK(payment->fee >= rate.fee(payment->tx->vsize()));
    // Some signatures are shorter than the maximum.
    CHECK(payment->fee <= rate.fee(payment->tx->vsize() + 2));
    CHECK(error(*wallet,
                {.recipients = {{elsewhere, coins(0.5)}}, .fee_rate = FeeRate{Amount{999}}}) ==
          "Fee rate (0.999 sat/vB) is lower than the minimum fee rate setting (1.000 sat/vB)");
}

TEST_CASE("the recipient pays the fee if requested, and the whole balance can be sent",
          "[wallet]") {
    Bench bench;
    const auto wallet = wallet_with(bench, {coins(1), coins(2)});
    const auto payment = wallet->prepare({.recipients = {{elsewhere, coins(3), true}}});
    REQUIRE(payment);
    REQUIRE(payment->tx->outputs.size() == 1);
    CHECK(payment->tx->outputs[0].value == coins(3) - payment->fee);
    CHECK(error(*wallet, {.recipients = {{elsewhere, coins(3)}}}) == "Insufficient funds");
}

TEST_CASE("two recipients share the fee; the first takes the odd satoshi", "[wallet]") {
    Bench bench;
    const auto wallet = wallet_with(bench, {coins(1)});
    const Script other(Bytes{0x51, 0x02, 0x4e, 0x73});
    const auto payment =
        wallet->prepare({.recipients = {{elsewhere, coins(0.2), true}, {other, coins(0.3), true}},
                         .change_position = 2});
    REQUIRE(payment);
    const Amount first = coins(0.2) - payment->tx->outputs[0].value;
    const Amount second = coins(0.3) - payment->tx->outputs[1].value;
    CHECK(first + second == payment->fee);
    CHECK((first - second == Amount{0} || first - second == Amount{1}));
}

TEST_CASE("an impossible payment fails with its reason", "[wallet]") {
    Bench bench;
    const auto wallet = wallet_with(bench, {coins(1)});
    CHECK(error(*wallet, {}) == "Transaction must have at least one recipient");
    CHECK(error(*wallet, {.recipients = {{elsewhere, Amount{293}}}}) ==
          "Transaction amount too small");
    CHECK(error(*wallet, {.recipients = {{elsewhere, Amount{294}}}}).empty());
    CHECK(error(*wallet, {.recipients = {{elsewhere, coins(1)}}}) == "Insufficient funds");
    CHECK(error(*wallet, {.recipients = {{elsewhere, Amount{-1}}}}) ==
          "Transaction amounts must not be negative");
    CHECK(error(*wallet, {.recipients = {{elsewhere, Amount{500}, true}}}) ==
          "The transaction amount is too small to pay the fee");
    CHECK(error(*wallet,
                {.recipients = {{elsewhere, coins(0.5)}}, .fee_rate = FeeRate{coins(0.9)}}) ==
          "Fee exceeds maximum configured by user (e.g. -maxtxfee, maxfeerate)");
    bench.options.fallback_fee = {Amount{0}};
    CHECK(error(*wallet, {.recipients = {{elsewhere, coins(0.5)}}}) ==
          "Fee estimation failed. Fallbackfee is disabled. Wait a few blocks or enable "
          "-fallbackfee.");
    bench.node.estimate = FeeRate{Amount{5000}};
    CHECK(error(*wallet, {.recipients = {{elsewhere, coins(0.5)}}}).empty());
}

TEST_CASE("a payment that cannot be replaced takes a conservative estimate", "[wallet]") {
    Bench bench;
    bench.node.estimate = FeeRate{Amount{5000}};
    const auto wallet = wallet_with(bench, {coins(1)});
    struct Example {
        std::optional<bool> conservative, replaceable;
        bool expected;
    };
    const auto example = GENERATE(values<Example>({{std::nullopt, std::nullopt, false},
                                                   {std::nullopt, true, false},
                                                   {std::nullopt, false, true},
                                                   {false, false, false},
                                                   {true, true, true}}));
    const auto payment = wallet->prepare({.recipients = {{elsewhere, coins(0.5)}},
                                          .conf_target = 7,
                                          .conservative = example.conservative,
                                          .replaceable = example.replaceable});
    REQUIRE(payment);
    CHECK(payment->fee_reason == "Target 85% Threshold");
    CHECK(bench.node.was_conservative.at(7) == example.expected);
}

TEST_CASE("unconfirmed payments of others are spent only if requested", "[wallet]") {
    Bench bench;
    const auto wallet = bench.create("w");
    bench.node.add_to_mempool(bench.node.pay(address(*wallet), coins(1)));
    CHECK(error(*wallet, {.recipients = {{elsewhere, coins(0.5)}}}) == "Insufficient funds");
    CHECK(
        error(*wallet, {.recipients = {{elsewhere, coins(0.5)}}, .include_unsafe = true}).empty());
}

TEST_CASE("preselected inputs are spent, alone or with others", "[wallet]") {
    Bench bench;
    const auto wallet = wallet_with(bench, {coins(1), coins(5)});
    OutPoint small;
    for (const auto& coin : wallet->history().coins())
        if (coin.output.value == coins(1)) small = coin.outpoint;
    const auto alone = wallet->prepare({.recipients = {{elsewhere, coins(0.5)}},
                                        .inputs = {GivenInput{small}},
                                        .add_inputs = false});
    REQUIRE(alone);
    REQUIRE(alone->tx->inputs.size() == 1);
    CHECK(alone->tx->inputs[0].prevout == small);
    const auto both =
        wallet->prepare({.recipients = {{elsewhere, coins(4)}}, .inputs = {GivenInput{small}}});
    REQUIRE(both);
    CHECK(both->tx->inputs.size() == 2);
    CHECK_FALSE(wallet->prepare({.recipients = {{elsewhere, coins(4)}},
                                 .inputs = {GivenInput{small}},
                                 .add_inputs = false}));
}

TEST_CASE("the lock time discourages mining the last block again", "[wallet]") {
    Bench bench;
    const auto wallet = wallet_with(bench, {coins(1)});
    const auto payment = wallet->prepare({.recipients = {{elsewhere, coins(0.5)}}});
    REQUIRE(payment);
    CHECK(payment->tx->lock_time <= static_cast<std::uint32_t>(bench.node.height()));
    // With an old tip there is no lock time.
    bench.node.advance_clock(9 * 60 * 60);
    CHECK(wallet->prepare({.recipients = {{elsewhere, coins(0.5)}}})->tx->lock_time == 0);
}

TEST_CASE("a payment that the mempool refuses stays in the wallet and is offered again",
          "[wallet]") {
    Bench bench;
    auto wallet = wallet_with(bench, {coins(1)});
    bench.node.refuses = consensus::Reason::mempool_min_fee;
    const auto payment = wallet->prepare({.recipients = {{elsewhere, coins(0.5)}}});
    REQUIRE(wallet->send(*payment, "for", "whom"));
    const auto* record = wallet->history().find(payment->tx->txid);
    CHECK(record->status == TxStatus::inactive);
    CHECK(record->notes().comment == "for");
    CHECK(wallet->history().balances().trusted == Amount{0});
    bench.node.refuses.reset();
    wallet.reset();
    wallet = bench.load("w");
    CHECK(wallet->history().find(payment->tx->txid)->status == TxStatus::in_mempool);
    CHECK(wallet->history().find(payment->tx->txid)->notes().comment_to == "whom");
}

TEST_CASE("a payment that is refused for now is offered again after a block, or with its parent",
          "[wallet]") {
    Bench bench;
    auto wallet = wallet_with(bench, {coins(1)});
    const auto parent = send(*wallet, elsewhere, coins(0.1));
    const auto child = send(*wallet, elsewhere, coins(0.2));
    REQUIRE(child->inputs.front().prevout.txid == parent->txid);
    wallet.reset();
    bench.node.mempool.clear();
    bench.node.refuses = consensus::Reason::not_final_yet;
    wallet = bench.load("w");
    bench.node.wallet = wallet.get();
    bench.node.refuses.reset();
    const auto is_offered = [&](const auto& tx) { return bench.node.in_mempool(tx->txid); };
    REQUIRE_FALSE(is_offered(child));

    SECTION("after a block") {
        bench.node.mine();
        CHECK(is_offered(parent));
    }
    SECTION("when its parent comes from elsewhere") {
        bench.node.add_to_mempool(parent);
    }
    CHECK(is_offered(child));
    CHECK(wallet->history().find(child->txid)->status == TxStatus::in_mempool);
}

TEST_CASE("of a payment and its replacement, the replacement is offered again", "[wallet]") {
    Bench bench;
    auto wallet = wallet_with(bench, {coins(1)});
    const auto payment = send(*wallet, elsewhere, coins(0.1));
    const auto bump = replace(*wallet, *payment);
    wallet.reset();
    bench.node.mempool.clear();
    wallet = bench.load("w");
    CHECK(bench.node.in_mempool(bump->txid));
    CHECK_FALSE(bench.node.in_mempool(payment->txid));
}

TEST_CASE("a replacement that would void further payments is not offered again", "[wallet]") {
    Bench bench;
    auto wallet = wallet_with(bench, {coins(1)});
    const auto payment = send(*wallet, elsewhere, coins(0.1));
    const auto bump = replace(*wallet, *payment);
    bench.node.mempool = {payment};
    const auto height = bench.node.height();
    bench.node.mine();
    const auto child = send(*wallet, elsewhere, coins(0.2));
    REQUIRE(child->inputs.front().prevout.txid == payment->txid);
    bench.node.rewind(height);
    wallet.reset();
    bench.node.mempool.clear();
    wallet = bench.load("w");
    CHECK(bench.node.in_mempool(payment->txid));
    CHECK(bench.node.in_mempool(child->txid));
    CHECK_FALSE(bench.node.in_mempool(bump->txid));
}

TEST_CASE("late news of a payment that was replaced frees none of its coins", "[wallet]") {
    Bench bench;
    const auto wallet = wallet_with(bench, {coins(1)});
    const auto payment = send(*wallet, elsewhere, coins(0.1));
    const auto bump = replace(*wallet, *payment);
    // To the wallet both seem to be in the mempool, until it hears that one is not.
    wallet->transaction_added(bump);
    wallet->transaction_added(payment);
    const auto coin = payment->inputs.front().prevout;
    CHECK(wallet->history().is_spent(coin));
    wallet->transaction_removed(payment);
    CHECK(wallet->history().is_spent(coin));
}

TEST_CASE("a payment that makes a mempool chain too long is not stored", "[wallet]") {
    Bench bench;
    const auto wallet = wallet_with(bench, {coins(1)});
    send(*wallet, elsewhere, coins(0.1));
    const auto known = wallet->history().records().size();
    const Amount left = wallet->history().balances().trusted;
    bench.node.refuses = consensus::Reason::too_long_chain;
    CHECK(error(*wallet, {.recipients = {{elsewhere, coins(0.5)}}}) ==
          "Transaction has too long of a mempool chain");
    CHECK(wallet->history().records().size() == known);
    CHECK(wallet->history().balances().trusted == left);
    bench.options.reject_long_chains = false;
    CHECK(error(*wallet, {.recipients = {{elsewhere, coins(0.5)}}}).empty());
}

TEST_CASE("coins of short mempool chains are chosen before coins of long ones", "[wallet]") {
    Bench bench;
    const auto wallet = wallet_with(bench, {coins(1), coins(1), coins(1)});
    // Three change outputs of different payments.
    std::vector<OutPoint> change;
    for (int i = 0; i < 3; ++i) {
        const auto tx = send(*wallet, elsewhere, coins(0.6));
        for (const auto& coin : wallet->history().coins())
            if (coin.outpoint.txid == tx->txid) change.push_back(coin.outpoint);
    }
    REQUIRE(change.size() == 3);
    const auto chosen = [&](double amount) {
        const auto payment = wallet->prepare({.recipients = {{elsewhere, coins(amount)}}});
        REQUIRE(payment);
        std::set<OutPoint> out;
        for (const auto& input : payment->tx->inputs)
            out.insert(input.prevout);
        return out;
    };
    const auto set_chains = [&](MempoolChain a, MempoolChain b, MempoolChain c) {
        bench.node.chains = {{change[0].txid, a}, {change[1].txid, b}, {change[2].txid, c}};
    };
    set_chains({9, 1}, {2, 2}, {2, 3});
    CHECK(chosen(0.3) == std::set{change[1]});
    CHECK(chosen(0.6) == std::set{change[1], change[2]});
    CHECK(chosen(1) == std::set{change[0], change[1], change[2]});
    set_chains({25, 1}, {25, 2}, {24, 24});
    CHECK(chosen(0.3) == std::set{change[2]});
    set_chains({25, 1}, {25, 2}, {24, 25});
    CHECK(error(*wallet, {.recipients = {{elsewhere, coins(0.3)}}}) ==
          "Unconfirmed UTXOs are available, but spending them creates a chain of transactions that "
          "will be rejected by the mempool");
    CHECK(error(*wallet, {.recipients = {{elsewhere, coins(3)}}}) == "Insufficient funds");
}

TEST_CASE("a coin that the wallet cannot sign for is neither counted nor chosen", "[wallet]") {
    Bench bench;
    const auto wallet = wallet_with(bench, {coins(1)});
    // One private key of two.
    const auto shared = *descriptor::Descriptor::parse(
        "wsh(multi(2,cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA,"
        "03a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd))",
        bench.node.params().address);
    REQUIRE(wallet->import_descriptor({.descriptor = shared}));
    const auto script = shared.scripts(0)->front();
    bench.node.mempool = {bench.node.pay(script, coins(5))};
    bench.node.mine();
    CHECK(wallet->keys().find(script));
    CHECK(wallet->history().balances().trusted == coins(1));
    const auto coins_seen = wallet->history().coins();
    REQUIRE(coins_seen.size() == 2);
    CHECK(coins_seen[0].spendable);
    CHECK_FALSE(coins_seen[1].spendable);
    CHECK(error(*wallet, {.recipients = {{elsewhere, coins(2)}}}) == "Insufficient funds");
}

TEST_CASE("signing_keys gives the keys for the wallet's own scripts only", "[wallet]") {
    Bench bench;
    const auto wallet = wallet_with(bench, {coins(1), coins(1), coins(1), coins(1)});
    Transaction tx;
    std::vector<TxOutput> spent;
    std::vector<Script> scripts;
    for (const auto& coin : wallet->history().coins()) {
        tx.inputs.emplace_back().prevout = coin.outpoint;
        spent.push_back(coin.output);
        scripts.push_back(coin.output.script_pubkey);
    }
    tx.outputs.push_back({coins(3.9), elsewhere});
    const script::PrecomputedHashes hashes(tx, spent);
    const auto ring = wallet->signing_keys(scripts);
    CHECK(ring.secrets.size() == 4);
    for (std::uint32_t i = 0; i < 4; ++i)
        CHECK(descriptor::sign_input(tx, i, spent[i], hashes, ring));
    CHECK(wallet->signing_keys(std::vector{elsewhere}).secrets.empty());
}

namespace {

/// The next payment spends the change of one that pays too little: its fee beyond its own rate.
Amount paid_for_parents(Wallet& wallet, const PaymentRequest& request, FeeRate rate) {
    const auto payment = wallet.prepare(request);
    REQUIRE(payment);
    CHECK(payment->fee == input_value(wallet, *payment->tx) - payment->tx->output_value());
    const Amount extra = payment->fee - rate.fee(payment->tx->vsize());
    // Signatures may be shorter than was assumed.
    return Amount{extra.satoshis() / 1000 * 1000};
}

}  // namespace

TEST_CASE("a payment pays for unconfirmed parents that pay too little", "[wallet]") {
    Bench bench;
    const auto wallet = wallet_with(bench, {coins(5)});
    const FeeRate rate{Amount{10'000}};
    const auto first = send(*wallet, elsewhere, coins(1));
    PaymentRequest request{.recipients = {{elsewhere, coins(1)}}, .fee_rate = rate};
    CHECK(paid_for_parents(*wallet, request, rate) == Amount{0});
    bench.node.bump[first->txid] = Amount{70'000};
    CHECK(paid_for_parents(*wallet, request, rate) == Amount{70'000});
    request.recipients[0].pays_fee = true;
    CHECK(paid_for_parents(*wallet, request, rate) == Amount{70'000});
    // The coin is not worth what its parent lacks.
    bench.node.bump[first->txid] = coins(4.5);
    request.recipients[0].pays_fee = false;
    CHECK(error(*wallet, request) == "Insufficient funds");
}

TEST_CASE("two coins of one unconfirmed parent pay for it once", "[wallet]") {
    Bench bench;
    const auto wallet = wallet_with(bench, {coins(5)});
    const FeeRate rate{Amount{10'000}};
    const auto own = address(*wallet);
    const auto split = wallet->prepare(
        {.recipients = {{own, coins(1)}, {own, coins(1)}, {own, coins(1)}}, .fee_rate = rate});
    REQUIRE(split);
    REQUIRE(wallet->send(*split, "", ""));
    bench.node.bump[split->tx->txid] = Amount{50'000};
    // All four coins are needed.
    CHECK(paid_for_parents(*wallet, {.recipients = {{elsewhere, coins(4.99)}}, .fee_rate = rate},
                           rate) == Amount{50'000});
}
