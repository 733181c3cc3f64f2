#include "fixture.h"

#include <test.h>

using namespace daler;
using namespace daler::test;
using consensus::Reason;

TEST_CASE("a transaction that pays is accepted and can be found", "[mempool]") {
    Fixture f;
    const auto coin = f.coin();
    const auto tx = make({.from = {coin}, .fee = 1000});
    const auto accepted = f.pool.accept(tx, f.options());
    REQUIRE(accepted);
    CHECK(accepted->fee == Amount{1000});
    CHECK(accepted->modified_fee == Amount{1000});
    CHECK(accepted->vsize == tx->vsize());
    CHECK(accepted->replaced.empty());

    CHECK(f.pool.size() == 1);
    CHECK(f.pool.find(tx->txid) == tx);
    CHECK(f.pool.find(tx->wtxid) == tx);
    CHECK(f.pool.spender(coin) == tx);
    CHECK(f.pool.output(output_of(tx)) == tx->outputs[0]);
    CHECK_FALSE(f.pool.output({tx->txid, 1}));
    CHECK(f.events == std::vector<std::string>{"+" + tx->txid.to_hex()});

    const auto info = f.pool.info(f.now);
    CHECK(info.size == 1);
    CHECK(info.bytes == tx->vsize());
    CHECK(info.total_fee == Amount{1000});
    CHECK(info.usage > tx->total_size);
    CHECK(info.min_fee == FeeRate{Amount{1000}});
}

TEST_CASE("an entry lists its relatives", "[mempool]") {
    Fixture f;
    const auto chain = f.add_chain(3);
    const auto middle = f.pool.entry(chain[1]->txid);
    REQUIRE(middle);
    CHECK(middle->ancestor_count == 2);
    CHECK(middle->ancestor_vsize == chain[0]->vsize() + chain[1]->vsize());
    CHECK(middle->ancestor_fees == Amount{2000});
    CHECK(middle->descendant_count == 2);
    CHECK(middle->descendant_fees == Amount{2000});
    CHECK(middle->depends == std::vector{chain[0]->txid});
    CHECK(middle->spent_by == std::vector{chain[2]->txid});
    CHECK(middle->height == 200);
    CHECK(middle->time == f.now);
    CHECK(f.pool.ancestors(chain[2]->txid).size() == 2);
    CHECK(f.pool.descendants(chain[0]->txid).size() == 2);
    CHECK(f.pool.transactions() == chain);
    CHECK_FALSE(f.pool.entry(Txid{}));
}

TEST_CASE("a transaction is accepted once", "[mempool]") {
    Fixture f;
    const auto tx = f.add({.from = {f.coin()}});
    CHECK(f.accept(tx) == "txn-already-in-mempool");
    Transaction other = *tx;
    other.inputs[0].witness = {{1}, {0x51}};
    CHECK(f.accept(seal(other)) == "txn-same-nonwitness-data-in-mempool");
}

TEST_CASE("missing inputs name the parents that are missing", "[mempool]") {
    Fixture f;
    const Txid a{crypto::sha256d(as_bytes("a"))};
    const Txid b{crypto::sha256d(as_bytes("b"))};
    const auto known = f.add({.from = {f.coin()}});
    const auto tx = make({.from = {{a, 0}, f.coin(), {b, 0}, {a, 1}, output_of(known)}});
    const auto refused = f.pool.accept(tx, f.options());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().reason() == Reason::inputs_missing_or_spent);
    CHECK(refused.error().missing_parents == std::vector{a, b});
}

TEST_CASE("an output that a known transaction does not have is missing", "[mempool]") {
    Fixture f;
    const auto parent = f.add({.from = {f.coin()}});
    CHECK(f.accept(make({.from = {{parent->txid, 1}}})) == "bad-txns-inputs-missingorspent");
}

TEST_CASE("a confirmed transaction is known", "[mempool]") {
    Fixture f;
    const auto tx = f.add({.from = {f.coin()}});
    f.confirm({tx});
    const auto refused = f.pool.accept(tx, f.options());
    REQUIRE_FALSE(refused);
    CHECK(consensus::to_text(refused.error().rejection) == "txn-already-known");
    CHECK(refused.error().missing_parents.empty());
}

TEST_CASE("the rules for all transactions are checked", "[mempool]") {
    Fixture f;
    Transaction tx = *make({.from = {f.coin()}});
    SECTION("context-free") {
        tx.outputs.clear();
        CHECK(f.accept(seal(tx)) == "bad-txns-vout-empty");
    }
    SECTION("no coinbase") {
        tx.inputs[0].prevout = {};
        tx.inputs[0].witness.clear();
        tx.inputs[0].script_sig = Script(Bytes{1, 2});
        CHECK(f.accept(seal(tx)) == "coinbase");
    }
    SECTION("standard form") {
        tx.version = 4;
        CHECK(f.accept(seal(tx)) == "version");
    }
    SECTION("values") {
        CHECK(f.accept(make({.from = {f.coin()}, .fee = -1})) ==
              "bad-txns-in-belowout, value in (0.01) < value out (0.01000001)");
    }
}

TEST_CASE("a transaction with a lock time is accepted when the next block may contain it",
          "[mempool]") {
    Fixture f;
    CHECK(f.accept(make({.from = {f.coin()}, .sequence = 1u << 31, .lock_time = 200})) == "ok");
    CHECK(f.accept(make({.from = {f.coin()}, .sequence = 1u << 31, .lock_time = 201})) ==
          "non-final");
    const auto median = static_cast<std::uint32_t>(unix_seconds(f.chain.median_time_past(200)));
    CHECK(f.accept(make({.from = {f.coin()}, .sequence = 1u << 31, .lock_time = median - 1})) ==
          "ok");
    CHECK(f.accept(make({.from = {f.coin()}, .sequence = 1u << 31, .lock_time = median})) ==
          "non-final");
}

TEST_CASE("relative locks are counted from the coin to the next block", "[mempool][bip68]") {
    Fixture f;
    // The next block is 201.
    CHECK(f.accept(make({.from = {f.coin(coin_value, 191)}, .sequence = 10})) == "ok");
    CHECK(f.accept(make({.from = {f.coin(coin_value, 192)}, .sequence = 10})) == "non-BIP68-final");
    CHECK(f.accept(make({.from = {f.coin(coin_value, 192)}, .sequence = 10, .version = 1})) ==
          "ok");
    // 600 seconds have passed between the medians of 199 and 200.
    CHECK(f.accept(make({.from = {f.coin(coin_value, 200)}, .sequence = 0x00400001})) == "ok");
    CHECK(f.accept(make({.from = {f.coin(coin_value, 200)}, .sequence = 0x00400002})) ==
          "non-BIP68-final");
    // An unconfirmed parent will be in the next block at the earliest.
    const auto parent = f.add({.from = {f.coin()}, .outputs = 2});
    CHECK(f.accept(make({.from = {output_of(parent)}, .in = value_of(parent), .sequence = 0})) ==
          "ok");
    CHECK(f.accept(make({.from = {output_of(parent, 1)}, .in = value_of(parent), .sequence = 1})) ==
          "non-BIP68-final");
}

TEST_CASE("a coinbase can be spent in the 100th block after it", "[mempool]") {
    Fixture f;
    CHECK(f.accept(make({.from = {f.coin(coin_value, 101, true)}})) == "ok");
    CHECK(f.accept(make({.from = {f.coin(coin_value, 102, true)}})) ==
          "bad-txns-premature-spend-of-coinbase, tried to spend coinbase at depth 99");
}

TEST_CASE("the fee must reach the relay fee", "[mempool]") {
    Fixture f;
    const auto size = make({.from = {f.coin()}})->vsize();
    CHECK(f.accept(make({.from = {f.coin()}, .fee = size})) == "ok");
    CHECK(f.accept(make({.from = {f.coin()}, .fee = size - 1})) ==
          "min relay fee not met, " + std::to_string(size - 1) + " < " + std::to_string(size));
    CHECK(f.accept(make({.from = {f.coin()}, .fee = 0})) ==
          "min relay fee not met, 0 < " + std::to_string(size));
    auto from_block = f.options();
    from_block.bypass_limits = true;
    CHECK(f.accept(make({.from = {f.coin()}, .fee = 0}), from_block) == "ok");
}

TEST_CASE("a delta counts as fee", "[mempool]") {
    Fixture f;
    const auto tx = make({.from = {f.coin()}, .fee = 0});
    f.pool.prioritise(tx->txid, Amount{5000});
    const auto accepted = f.pool.accept(tx, f.options());
    REQUIRE(accepted);
    CHECK(accepted->fee == Amount{0});
    CHECK(accepted->modified_fee == Amount{5000});
    f.pool.prioritise(tx->txid, Amount{-5000});
    CHECK(f.pool.entry(tx->txid)->modified_fee == Amount{0});
    CHECK(f.pool.deltas().empty());
}

TEST_CASE("a fee above the caller's limit is refused", "[mempool]") {
    Fixture f;
    const auto tx = make({.from = {f.coin()}, .fee = 5000});
    auto options = f.options();
    options.max_fee = Amount{4999};
    CHECK(f.accept(tx, options) == "max-fee-exceeded");
    options.max_fee = Amount{5000};
    options.max_fee_rate = FeeRate{Amount{1000}};
    CHECK(f.accept(tx, options) == "max-fee-exceeded");
    options.max_fee_rate = FeeRate{Amount{100'000}};
    CHECK(f.accept(tx, options) == "ok");
}

TEST_CASE("a test changes nothing", "[mempool]") {
    Fixture f;
    const auto coin = f.coin();
    const auto old = f.add({.from = {coin}});
    auto options = f.options();
    options.test_only = true;
    const auto accepted = f.pool.accept(make({.from = {coin}, .fee = 9000}), options);
    REQUIRE(accepted);
    CHECK(accepted->replaced == std::vector{old});
    CHECK(f.pool.transactions() == std::vector{old});
    CHECK(f.events.size() == 1);
}

TEST_CASE("the error of a script says whether blocks would refuse it, too", "[mempool]") {
    Fixture f;
    const auto witness_spend = [&](ByteSpan script, Witness witness) {
        const auto coin = f.coin();
        f.chain.coins[coin].output.script_pubkey =
            script::pay_to_witness(0, crypto::sha256(script));
        Transaction tx = *make({.from = {coin}});
        witness.emplace_back(script.begin(), script.end());
        tx.inputs[0].witness = std::move(witness);
        return seal(tx);
    };
    CHECK(f.accept(witness_spend(Bytes{0x00}, {})) ==
          "mandatory-script-verify-flag-failed (Script evaluated without error but finished with a "
          "false/empty top stack element)");
    // OP_NOP10 is only discouraged.
    CHECK(f.accept(witness_spend(Bytes{0xb9, 0x51}, {})) ==
          "non-mandatory-script-verify-flag (NOPx reserved for soft-fork upgrades)");
}

TEST_CASE("a transaction that was verified before is not verified again", "[mempool]") {
    Fixture f;
    const auto wrong = [&f] {
        const auto coin = f.coin();
        f.chain.coins[coin].output.script_pubkey = script::pay_to_witness(0, Bytes(32));
        return make({.from = {coin}});
    };
    // Wrong cache entries show which one is used.
    const auto under_all_rules = wrong();
    f.cache.insert_tx(under_all_rules->wtxid, script::standard_flags);
    CHECK(f.accept(under_all_rules) == "ok");
    const auto under_some = wrong();
    f.cache.insert_tx(under_some->wtxid, script::mandatory_flags);
    CHECK(f.accept(under_some).starts_with("mandatory-script-verify-flag-failed"));
}

TEST_CASE("scripts that are verified ahead change no verdict", "[mempool]") {
    Fixture ahead;
    Fixture usual;
    const auto make_all = [](Fixture& f) {
        const auto false_coin = f.coin();
        f.chain.coins[false_coin].output.script_pubkey = script::pay_to_witness(0, Bytes(32));
        const auto parent = make({.from = {f.coin()}});
        return std::vector<TransactionRef>{
            parent,
            make({.from = {output_of(parent)}, .in = value_of(parent)}),
            make({.from = {false_coin}}),
            make({.from = {f.coin()}, .fee = 1}),
            make({.from = {f.coin()}}),
        };
    };
    (void)make_all(usual);
    const auto transactions = make_all(ahead);
    ahead.pool.verify_ahead(transactions, ahead.options());
    CHECK(ahead.pool.size() == 0);
    std::vector<bool> known;
    for (const auto& tx : transactions)
        known.push_back(ahead.cache.contains_tx(tx->wtxid, script::standard_flags));
    CHECK(known == std::vector{true, false, false, false, true});
    for (const auto& tx : transactions)
        CHECK(ahead.accept(tx) == usual.accept(tx));
    CHECK(ahead.pool.size() == 3);
}

TEST_CASE("the first failing input is the one that is reported", "[mempool]") {
    Fixture f;
    const auto false_coin = f.coin();
    const Bytes op_false{0x00};
    f.chain.coins[false_coin].output.script_pubkey =
        script::pay_to_witness(0, crypto::sha256(op_false));
    Transaction tx =
        *make({.from = {f.coin(), f.coin(), false_coin, f.coin()}, .in = 4 * coin_value});
    tx.inputs[2].witness = {op_false};
    tx.inputs[3].witness = {{0x52}};
    CHECK(f.accept(seal(tx)) ==
          "mandatory-script-verify-flag-failed (Script evaluated without error but finished with a "
          "false/empty top stack element)");
    std::swap(tx.inputs[2], tx.inputs[3]);
    CHECK(f.accept(seal(tx)) ==
          "mandatory-script-verify-flag-failed (Witness program hash mismatch)");
}

TEST_CASE("the result says if only the witness was stripped", "[mempool]") {
    Fixture f;
    Transaction tx = *make({.from = {f.coin()}});
    tx.inputs[0].witness.clear();
    const auto stripped = f.pool.accept(seal(tx), f.options());
    REQUIRE_FALSE(stripped);
    CHECK(stripped.error().witness_stripped);
    tx.inputs[0].witness = {{0x52}};
    const auto wrong = f.pool.accept(seal(tx), f.options());
    REQUIRE_FALSE(wrong);
    CHECK_FALSE(wrong.error().witness_stripped);
}

TEST_CASE("a chain has at most 25 transactions", "[mempool]") {
    Fixture f;
    const auto chain = f.add_chain(25);
    const auto next = make({.from = {output_of(chain.back())}, .in = value_of(chain.back())});
    CHECK(f.accept(next) == "too-long-mempool-chain, too many unconfirmed ancestors [limit: 25]");
    CHECK(f.pool.size() == 25);
}

TEST_CASE("a transaction has at most 25 descendants, itself included, and one small child more",
          "[mempool]") {
    Fixture f;
    const auto parent = f.add({.from = {f.coin()}, .fee = 5000, .outputs = 30});
    const auto child = [&](std::uint32_t index, std::size_t padding = 0) {
        return make({.from = {output_of(parent, index)},
                     .in = value_of(parent, index),
                     .fee = 15'000,
                     .padding = padding});
    };
    for (std::uint32_t i = 0; i < 24; ++i)
        REQUIRE(f.accept(child(i)) == "ok");
    const std::string too_many = "too-long-mempool-chain, too many descendants for tx " +
                                 parent->txid.to_hex() + " [limit: 25]";
    CHECK(f.accept(child(24, 10'000)) == too_many);
    CHECK(f.accept(child(24)) == "ok");
    CHECK(f.accept(child(25)) == too_many);
}

TEST_CASE("ancestors and descendants are limited in size", "[mempool]") {
    const auto second_of = [](Fixture& f) {
        const auto first = f.add({.from = {f.coin()}, .fee = 200'000, .padding = 60'000});
        return make(
            {.from = {output_of(first)}, .in = value_of(first), .fee = 200'000, .padding = 60'000});
    };
    Fixture f;
    const auto child = second_of(f);
    CHECK(f.accept(child) == "too-long-mempool-chain, exceeds descendant size limit for tx " +
                                 child->inputs[0].prevout.txid.to_hex() + " [limit: 101000]");
    mempool::Limits limits;
    limits.descendant_vsize = 1'000'000;
    Fixture wide(limits);
    CHECK(wide.accept(second_of(wide)) ==
          "too-long-mempool-chain, exceeds ancestor size limit [limit: 101000]");
}

TEST_CASE("more parents than a chain may have are refused", "[mempool]") {
    Fixture f;
    std::vector<OutPoint> outputs;
    for (int i = 0; i < 25; ++i)
        outputs.push_back(output_of(f.add({.from = {f.coin()}})));
    CHECK(f.accept(make({.from = outputs, .in = 25 * (coin_value - 1000), .fee = 10'000})) ==
          "too-long-mempool-chain, too many unconfirmed parents [limit: 25]");
    outputs.pop_back();
    CHECK(f.accept(make({.from = outputs, .in = 24 * (coin_value - 1000), .fee = 10'000})) == "ok");
}

TEST_CASE("the unbroadcast set contains only transactions of the mempool", "[mempool]") {
    Fixture f;
    const auto tx = f.add({.from = {f.coin()}});
    f.pool.add_unbroadcast(tx->txid);
    f.pool.add_unbroadcast(Txid{});
    CHECK(f.pool.unbroadcast() == std::set{tx->txid});
    CHECK(f.pool.entry(tx->txid)->unbroadcast);
    CHECK(f.pool.info(f.now).unbroadcast_count == 1);
    f.confirm({tx});
    CHECK(f.pool.unbroadcast().empty());
}
