#include <daler/consensus/check_transaction.h>
#include <daler/script/flags.h>
#include <daler/script/standard.h>

#include <functional>

#include "samples.h"

#include <test.h>

using namespace daler;
using namespace daler::consensus;
using namespace daler::test;

namespace {

Transaction simple() {
    Transaction tx;
    tx.inputs.resize(1);
    tx.inputs[0].prevout = {Txid{crypto::sha256d(as_bytes("a"))}, 0};
    tx.outputs.push_back({Amount{1000}, Script(Bytes{0x51})});
    return tx;
}

Transaction coinbase(std::size_t script_size) {
    Transaction tx = simple();
    tx.inputs[0].prevout = {};
    tx.inputs[0].script_sig = Script(Bytes(script_size, 0x51));
    return tx;
}

std::string reason_after(const std::function<void(Transaction&)>& change) {
    Transaction tx = simple();
    change(tx);
    return code_of(check_transaction(tx));
}

// A transaction of exactly `size` bytes without witness.
Transaction of_size(std::size_t size) {
    Transaction tx = simple();
    tx.inputs[0].script_sig = Script(Bytes(size - 100, 0));
    const std::size_t now = serialized_size(tx, WitnessMode::exclude);
    tx.inputs[0].script_sig = Script(Bytes(size - 100 + size - now, 0));
    return tx;
}

Coin coin(std::int64_t value, Height height = 1, bool is_coinbase = false) {
    return {{Amount{value}, Script(Bytes{0x51})}, height, is_coinbase};
}

}  // namespace

TEST_CASE("a plain transaction is valid alone", "[consensus]") {
    CHECK(check_transaction(simple()));
}

TEST_CASE("a transaction has inputs and outputs", "[consensus]") {
    CHECK(reason_after([](auto& tx) { tx.inputs.clear(); }) == "bad-txns-vin-empty");
    CHECK(reason_after([](auto& tx) { tx.outputs.clear(); }) == "bad-txns-vout-empty");
}

TEST_CASE("a transaction without witness is at most a quarter of a block's weight", "[consensus]") {
    const Transaction largest = of_size(1'000'000);
    REQUIRE(serialized_size(largest, WitnessMode::exclude) == 1'000'000);
    CHECK(check_transaction(largest));
    CHECK(code_of(check_transaction(of_size(1'000'001))) == "bad-txns-oversize");
}

TEST_CASE("the witness does not count for the size limit", "[consensus]") {
    Transaction tx = of_size(1'000'000);
    tx.inputs[0].witness = {Bytes(100)};
    CHECK(check_transaction(tx));
}

TEST_CASE("output values are in the money range, each and together", "[consensus]") {
    const auto with_values = [](std::vector<Amount> amounts) {
        return reason_after([&](Transaction& tx) {
            tx.outputs.clear();
            for (const auto value : amounts)
                tx.outputs.push_back({value, Script()});
        });
    };
    CHECK(with_values({Amount{0}}) == "valid");
    CHECK(with_values({max_money}) == "valid");
    CHECK(with_values({Amount{-1}}) == "bad-txns-vout-negative");
    CHECK(with_values({max_money + Amount{1}}) == "bad-txns-vout-toolarge");
    CHECK(with_values({max_money, Amount{0}}) == "valid");
    CHECK(with_values({max_money, Amount{1}}) == "bad-txns-txouttotal-toolarge");
    CHECK(with_values({max_money, max_money, Amount{-1}}) == "bad-txns-txouttotal-toolarge");
    CHECK(with_values({Amount{INT64_MIN}}) == "bad-txns-vout-negative");
    CHECK(with_values({Amount{INT64_MAX}}) == "bad-txns-vout-toolarge");
}

TEST_CASE("no output is spent twice by one transaction", "[consensus]") {
    CHECK(reason_after([](Transaction& tx) { tx.inputs.push_back(tx.inputs[0]); }) ==
          "bad-txns-inputs-duplicate");
    CHECK(reason_after([](Transaction& tx) {
              tx.inputs.push_back(tx.inputs[0]);
              tx.inputs[1].prevout.index = 1;
              tx.inputs.push_back(tx.inputs[0]);
          }) == "bad-txns-inputs-duplicate");
    CHECK(reason_after([](Transaction& tx) {
              tx.inputs.push_back(tx.inputs[0]);
              tx.inputs[1].prevout.index = 1;
          }) == "valid");
}

TEST_CASE("the script of a coinbase has 2 to 100 bytes", "[consensus]") {
    CHECK(code_of(check_transaction(coinbase(1))) == "bad-cb-length");
    CHECK(check_transaction(coinbase(2)));
    CHECK(check_transaction(coinbase(100)));
    CHECK(code_of(check_transaction(coinbase(101))) == "bad-cb-length");
}

TEST_CASE("only a coinbase spends nothing", "[consensus]") {
    CHECK(reason_after([](Transaction& tx) { tx.inputs.push_back(TxInput{}); }) ==
          "bad-txns-prevout-null");
}

TEST_CASE("a lock time below 500 million is a height, from there on a time", "[consensus]") {
    struct Example {
        std::string_view name;
        std::uint32_t lock_time;
        std::uint32_t sequence;
        Height height;
        std::int64_t time;
        bool final;
    };
    const auto example = GENERATE(values<Example>({
        {"no lock", 0, 0, 0, 0, true},
        {"at the height", 100, 0, 100, 0, false},
        {"after the height", 100, 0, 101, 0, true},
        {"largest height", 499'999'999, 0, 499'999'999, 2'000'000'000, false},
        {"smallest time, reached", 500'000'000, 0, 1, 500'000'000, false},
        {"smallest time, passed", 500'000'000, 0, 1, 500'000'001, true},
        {"latest time", 0xffffffff, 0, 1, 0xffffffff, false},
        {"final sequence", 100, 0xffffffff, 1, 0, true},
        {"almost final sequence", 100, 0xfffffffe, 1, 0, false},
    }));
    CAPTURE(example.name);
    Transaction tx = simple();
    tx.lock_time = example.lock_time;
    tx.inputs[0].sequence = example.sequence;
    CHECK(is_final(tx, example.height, from_unix(example.time)) == example.final);
}

TEST_CASE("a lock time counts while one input is not final", "[consensus]") {
    Transaction tx = simple();
    tx.lock_time = 100;
    tx.inputs.resize(2);
    tx.inputs[0].sequence = 0xffffffff;
    tx.inputs[1].sequence = 1;
    CHECK_FALSE(is_final(tx, 1, {}));
}

TEST_CASE("the fee is the value of the inputs minus the value of the outputs", "[consensus]") {
    const std::array coins{coin(1500)};
    CHECK(check_inputs(simple(), coins, 2, 100).value() == Amount{500});
}

TEST_CASE("outputs may have the value of the inputs but no more", "[consensus]") {
    const std::array equal{coin(1000)};
    CHECK(check_inputs(simple(), equal, 2, 100).value() == Amount{0});
    const std::array less{coin(999)};
    const auto refused = check_inputs(simple(), less, 2, 100);
    REQUIRE_FALSE(refused);
    CHECK(to_text(refused.error()) ==
          "bad-txns-in-belowout, value in (0.00000999) < value out (0.00001)");
}

TEST_CASE("a coinbase can be spent in the 100th block after it", "[consensus]") {
    const std::array coins{coin(2000, 10, true)};
    CHECK(check_inputs(simple(), coins, 110, 100));
    const auto early = check_inputs(simple(), coins, 109, 100);
    REQUIRE_FALSE(early);
    CHECK(code(early.error().reason) == "bad-txns-premature-spend-of-coinbase");
    const std::array other{coin(2000, 109, false)};
    CHECK(check_inputs(simple(), other, 109, 100));
}

TEST_CASE("input values are in the money range, each and together", "[consensus]") {
    Transaction tx = simple();
    tx.inputs.resize(2);
    const auto reason_with = [&](std::int64_t a, std::int64_t b) {
        const std::array coins{coin(a), coin(b)};
        const auto fee = check_inputs(tx, coins, 2, 100);
        return fee ? "valid" : std::string(code(fee.error().reason));
    };
    CHECK(reason_with(max_money.satoshis(), 0) == "valid");
    CHECK(reason_with(max_money.satoshis(), 1) == "bad-txns-inputvalues-outofrange");
    CHECK(reason_with(-1, 5000) == "bad-txns-inputvalues-outofrange");
}

TEST_CASE("signature operations cost four outside the witness and one inside", "[consensus]") {
    constexpr std::uint32_t flags = script::verify_p2sh | script::verify_witness;
    const Bytes checksig{0xac};
    const Bytes two_of_two{0x52, 0x52, 0xae};  // OP_2 OP_2 OP_CHECKMULTISIG
    Transaction tx = simple();

    SECTION("in an output") {
        tx.outputs[0].script_pubkey = Script(checksig);
        const std::array coins{coin(1)};
        CHECK(sigop_cost(tx, coins, flags) == 4);
        tx.outputs[0].script_pubkey = Script(two_of_two);
        CHECK(sigop_cost(tx, coins, flags) == 80);
        CHECK(legacy_sigop_cost(tx) == 80);
    }
    SECTION("in a P2SH redeem script, counted exactly") {
        Script sig;
        script::push(sig, two_of_two);
        tx.inputs[0].script_sig = sig;
        std::array coins{coin(1)};
        coins[0].output.script_pubkey = script::pay_to_script_hash(crypto::hash160(two_of_two));
        CHECK(sigop_cost(tx, coins, flags) == 8);
        CHECK(sigop_cost(tx, coins, script::verify_none) == 0);
    }
    SECTION("in witness programs") {
        std::array coins{coin(1)};
        coins[0].output.script_pubkey = script::pay_to_witness(0, Bytes(20));
        CHECK(sigop_cost(tx, coins, flags) == 1);
        CHECK(sigop_cost(tx, coins, script::verify_p2sh) == 0);
        tx.inputs[0].witness = {{}, two_of_two};
        coins[0].output.script_pubkey = script::pay_to_witness(0, Bytes(32));
        CHECK(sigop_cost(tx, coins, flags) == 2);
        coins[0].output.script_pubkey = script::pay_to_witness(1, Bytes(32));
        CHECK(sigop_cost(tx, coins, flags) == 0);
    }
    SECTION("in a coinbase, without coins") {
        Transaction first = coinbase(2);
        first.outputs[0].script_pubkey = Script(checksig);
        CHECK(sigop_cost(first, {}, flags) == 4);
    }
}
