// Past vulnerabilities of Bitcoin software, by CVE number.
#include <daler/consensus/check_block.h>
#include <daler/consensus/check_transaction.h>
#include <daler/primitives/chain_params.h>
#include <daler/script/flags.h>
#include <daler/script/interpreter.h>
#include <daler/script/opcodes.h>
#include <daler/script/standard.h>

#include <array>

#include "samples.h"

#include <test.h>

using namespace daler;
using namespace daler::consensus;
using namespace daler::test;

namespace {

script::ScriptError run(Script script_sig, Script script_pubkey) {
    Transaction tx = spend(0);
    tx.inputs[0].script_sig = std::move(script_sig);
    const TxOutput output{Amount{1}, std::move(script_pubkey)};
    const script::PrecomputedHashes hashes(tx, {output});
    return script::verify_input({tx, 0, output, hashes, script::mandatory_flags, nullptr});
}

}  // namespace

TEST_CASE("two outputs whose sum overflows to a small value are too much money",
          "[consensus][CVE-2010-5139]") {
    // Block 74,638 of 2010 made 184 billion bitcoins this way.
    Transaction tx = spend(0);
    const Amount half{INT64_C(9'223'372'036'854'277'039)};
    tx.outputs = {{half, Script(Bytes{0x51})}, {half, Script(Bytes{0x51})}};
    CHECK(code_of(check_transaction(tx)) == "bad-txns-vout-toolarge");
    tx.outputs[0].value = tx.outputs[1].value = max_money;
    CHECK(code_of(check_transaction(tx)) == "bad-txns-txouttotal-toolarge");
}

TEST_CASE("a scriptSig cannot end the check of the output's script", "[consensus][CVE-2010-5141]") {
    const Script nobody(Bytes{script::op_0});
    CHECK(run(Script(Bytes{script::op_1, script::op_return}), nobody) ==
          script::ScriptError::op_return);
    // It cannot open a branch that the output's script closes.
    CHECK(run(Script(Bytes{script::op_1, script::op_0, script::op_if}),
              Script(Bytes{script::op_0, script::op_endif})) ==
          script::ScriptError::unbalanced_conditional);
}

TEST_CASE("disabled opcodes fail even if they are not executed", "[consensus][CVE-2010-5137]") {
    constexpr auto disabled = std::to_array<std::uint8_t>(
        {0x7e, 0x7f, 0x80, 0x81, 0x83, 0x84, 0x85, 0x86, 0x8d, 0x8e, 0x95, 0x96, 0x97, 0x98, 0x99});
    for (const auto opcode : disabled) {
        CAPTURE(int{opcode});
        Script hidden(Bytes{script::op_0, script::op_if});
        for (const std::uint8_t byte :
             {opcode, std::uint8_t{script::op_endif}, std::uint8_t{script::op_1}})
            hidden.append(byte);
        CHECK(run({}, hidden) == script::ScriptError::disabled_opcode);
    }
}

TEST_CASE("one transaction cannot spend one coin twice", "[consensus][CVE-2018-17144]") {
    Transaction tx = spend(0);
    tx.inputs.push_back(tx.inputs[0]);
    CHECK(code_of(check_transaction(tx)) == "bad-txns-inputs-duplicate");
    tx.inputs[1].sequence = 7;
    tx.inputs[1].script_sig = Script(Bytes{0x51});
    CHECK(code_of(check_transaction(tx)) == "bad-txns-inputs-duplicate");
    tx.inputs[1].prevout.index = 1;
    CHECK(code_of(check_transaction(tx)) == "valid");
}

TEST_CASE("a block with too many signature checks is refused, even without keys",
          "[consensus][CVE-2010-5138]") {
    Block block;
    Transaction coinbase = spend(0);
    coinbase.inputs[0].prevout = {};
    coinbase.inputs[0].script_sig = Script(Bytes{0x51, 0x51});
    block.transactions.push_back(seal(coinbase));
    Transaction many = spend(0);
    // Bare CHECKMULTISIG counts as twenty signatures.
    many.outputs[0].script_pubkey = Script(Bytes(1001, script::op_checkmultisig));
    block.transactions.push_back(seal(many));
    block.header.merkle_root = merkle_root(block);
    const auto checked =
        check_block(std::make_shared<Block>(block), block.header.hash(), regtest_params(),
                    {.proof_of_work = false, .merkle_root = true});
    REQUIRE_FALSE(checked);
    CHECK(code(checked.error().reason) == "bad-blk-sigops");
}
