#include "spending.h"

#include <test.h>

namespace daler::script {
namespace {

using test::Builder;
using test::key;
using test::TapscriptSpending;

using enum ScriptError;

Script checksig_of(const crypto::PrivateKey& signer) {
    return Builder().data(signer.x_only().bytes).op(op_checksig).done();
}

TEST_CASE("a tapscript signature verifies under every hash type", "[script][bip342]") {
    const std::uint8_t types[] = {0x00, 0x01, 0x02, 0x03, 0x81, 0x82, 0x83};
    for (const auto type : types) {
        INFO(int{type});
        TapscriptSpending spending(checksig_of(key(1)));
        spending.satisfy({spending.sign_leaf(key(1), type)});
        CHECK(spending.verify(standard_flags) == ok);
        spending.satisfy({spending.sign_leaf(key(2), type)});
        CHECK(spending.verify() == schnorr_sig);
    }
}

TEST_CASE("a signature commits to leaf, amounts and outputs", "[script][bip342]") {
    TapscriptSpending spending(checksig_of(key(1)));
    spending.satisfy({spending.sign_leaf(key(1))});
    SECTION("another output amount") {
        spending.tx.outputs[1].value += Amount{1};
    }
    SECTION("another amount of another input") {
        spending.spent[1].value += Amount{1};
    }
    SECTION("another sequence of another input") {
        spending.tx.inputs[1].sequence = 0;
    }
    SECTION("another leaf") {
        spending.satisfy({spending.sign_taproot(key(1), sighash_default, std::nullopt,
                                                TapscriptContext{Hash256{}, 0xffffffff})});
    }
    SECTION("a key path signature") {
        spending.satisfy({spending.sign_taproot(key(1), sighash_default, {}, {})});
    }
    CHECK(spending.verify() == schnorr_sig);
}

TEST_CASE("a taproot signature has 64 bytes, or 65 with a type that is not the default",
          "[script][bip341]") {
    TapscriptSpending spending(checksig_of(key(1)));
    auto signature = spending.sign_leaf(key(1));
    signature.push_back(0);
    spending.satisfy({signature});
    CHECK(spending.verify() == schnorr_sig_hashtype);
    signature.back() = 4;
    spending.satisfy({signature});
    CHECK(spending.verify() == schnorr_sig_hashtype);
    signature.push_back(0);
    spending.satisfy({signature});
    CHECK(spending.verify() == schnorr_sig_size);
    spending.satisfy({Bytes(63, 1)});
    CHECK(spending.verify() == schnorr_sig_size);
    // An empty signature means that the key does not sign.
    spending.satisfy({Bytes{}});
    CHECK(spending.verify() == eval_false);
}

TEST_CASE("the key path verifies with and without a script tree", "[script][bip341]") {
    std::optional<Hash256> root;
    SECTION("no tree") {}
    SECTION("a tree") {
        root = Hash256{crypto::sha256(as_bytes("root"))};
    }
    const auto internal = key(5).x_only();
    const auto secret = key(5).tweak_x_only(tap_tweak_hash(internal, root).bytes).value();
    test::Spending spending(
        pay_to_witness(1, taproot_output_key(internal, root).value().key.bytes));

    spending.witness() = {spending.sign_taproot(secret, sighash_default, {}, {})};
    CHECK(spending.verify(standard_flags) == ok);
    spending.witness() = {spending.sign_taproot(secret, sighash_single, {}, {})};
    CHECK(spending.verify(standard_flags) == ok);
    spending.witness() = {spending.sign_taproot(key(5), sighash_default, {}, {})};
    CHECK(spending.verify() == schnorr_sig);
    spending.witness() = {};
    CHECK(spending.verify() == witness_program_witness_empty);
    // Before taproot the program had no rules.
    CHECK(spending.verify(mandatory_flags & ~Flags{verify_taproot}) == ok);

    const Bytes annex{0x50, 1, 2};
    spending.witness() = {spending.sign_taproot(secret, sighash_default, annex, {}), annex};
    CHECK(spending.verify() == ok);
    spending.witness()[1].push_back(3);
    CHECK(spending.verify() == schnorr_sig);
}

TEST_CASE("an annex is signed, but the script cannot read it", "[script][bip342]") {
    TapscriptSpending spending(checksig_of(key(1)));
    const Bytes annex{0x50};
    spending.satisfy({spending.sign_leaf(key(1), sighash_default, 0xffffffff, annex)});
    CHECK(spending.verify() == schnorr_sig);
    spending.witness().push_back(annex);
    CHECK(spending.verify() == ok);
}

TEST_CASE("a control block must prove the script", "[script][bip341]") {
    TapscriptSpending spending(Builder().number(1).done());
    spending.satisfy({});
    REQUIRE(spending.verify() == ok);
    auto& control = spending.witness().back();
    SECTION("another parity") {
        control[0] ^= 1;
        CHECK(spending.verify() == witness_program_mismatch);
    }
    SECTION("another internal key") {
        control[5] ^= 1;
        CHECK(spending.verify() == witness_program_mismatch);
    }
    SECTION("a node too many") {
        control.insert(control.end(), 32, 0);
        CHECK(spending.verify() == witness_program_mismatch);
    }
    SECTION("a broken size") {
        control.push_back(0);
        CHECK(spending.verify() == taproot_wrong_control_size);
    }
    SECTION("another script") {
        spending.witness().front().push_back(op_nop);
        CHECK(spending.verify() == witness_program_mismatch);
    }
}

TEST_CASE("an unknown leaf version accepts anything", "[script][bip341]") {
    TapscriptSpending spending(Builder().op(script::op_return).done(), 0xc2);
    spending.satisfy({});
    CHECK(spending.verify() == ok);
    CHECK(spending.verify(standard_flags) == discourage_upgradable_taproot_version);
}

TEST_CASE("an unknown program version accepts anything", "[script][bip141]") {
    test::Spending spending(pay_to_witness(2, Bytes(32, 1)));
    CHECK(spending.verify() == ok);
    CHECK(spending.verify(standard_flags) == discourage_upgradable_witness_program);
    spending.spent[0].script_pubkey = pay_to_witness(1, Bytes{0x4e, 0x73});
    CHECK(spending.verify(standard_flags) == ok);
    spending.spent[0].script_pubkey = pay_to_witness(1, Bytes(31, 1));
    CHECK(spending.verify() == ok);
    CHECK(spending.verify(standard_flags) == discourage_upgradable_witness_program);
}

TEST_CASE("taproot inside P2SH has no rules", "[script][bip341]") {
    const auto program = pay_to_witness(1, Bytes(32, 9));
    test::Spending spending(pay_to_script_hash(crypto::hash160(program.bytes())));
    spending.tx.inputs[0].script_sig = Builder().data(program.bytes()).done();
    CHECK(spending.verify() == ok);
    CHECK(spending.verify(standard_flags) == discourage_upgradable_witness_program);
}

TEST_CASE("OP_SUCCESS accepts before other rules are checked", "[script][bip342]") {
    Script script = Builder().op(script::op_return).op(op_reserved).done();
    script.append(Bytes{op_pushdata1});  // does not parse, but is after OP_SUCCESS
    TapscriptSpending spending(script);
    spending.satisfy({Bytes(600)});
    CHECK(spending.verify() == ok);
    CHECK(spending.verify(standard_flags) == discourage_op_success);

    TapscriptSpending broken_first(Script(Bytes{op_pushdata1, 5, op_reserved}));
    broken_first.satisfy({});
    CHECK(broken_first.verify() == bad_opcode);
}

TEST_CASE("OP_CHECKSIGADD counts signatures", "[script][bip342]") {
    const auto leaf = Builder()
                          .data(key(1).x_only().bytes)
                          .op(op_checksig)
                          .data(key(2).x_only().bytes)
                          .op(op_checksigadd)
                          .data(key(3).x_only().bytes)
                          .op(op_checksigadd)
                          .number(2)
                          .op(op_numequal)
                          .done();
    TapscriptSpending spending(leaf);
    const auto first = spending.sign_leaf(key(1));
    const auto second = spending.sign_leaf(key(2));
    const auto third = spending.sign_leaf(key(3));
    spending.satisfy({third, {}, first});
    CHECK(spending.verify(standard_flags) == ok);
    spending.satisfy({{}, second, first});
    CHECK(spending.verify(standard_flags) == ok);
    spending.satisfy({{}, {}, first});
    CHECK(spending.verify() == eval_false);
    spending.satisfy({third, second, first});
    CHECK(spending.verify() == eval_false);
    // A bad signature makes the script fail; it does not count as missing.
    spending.satisfy({third, third, first});
    CHECK(spending.verify() == schnorr_sig);
    spending.satisfy({first});
    CHECK(spending.verify() == invalid_stack_operation);
}

TEST_CASE("each signature check costs 50 of the witness's weight", "[script][bip342]") {
    // <key> OP_2DUP OP_CHECKSIGVERIFY ... checks one signature many times.
    const auto repeated = [](int times, std::size_t padding) {
        Builder leaf;
        leaf.data(key(1).x_only().bytes);
        for (int i = 0; i < times; ++i)
            leaf.op(op_2dup).op(op_checksigverify);
        leaf.op(op_2drop).number(1);
        if (padding) leaf.data(Bytes(padding)).op(op_drop);
        TapscriptSpending spending(leaf.done());
        spending.satisfy({spending.sign_leaf(key(1))});
        return spending;
    };
    // Two checks: count 1, signature 65, script 1 + 40, control 34, plus the free 50: 191.
    CHECK(repeated(3, 0).verify() == ok);
    CHECK(repeated(4, 0).verify() == tapscript_validation_weight);
    CHECK(repeated(4, 20).verify() == ok);
}

TEST_CASE("public keys of other sizes are reserved for later rules", "[script][bip342]") {
    TapscriptSpending unknown(Builder().data(Bytes(33, 2)).op(op_checksig).done());
    unknown.satisfy({Bytes{1}});
    CHECK(unknown.verify() == ok);
    CHECK(unknown.verify(standard_flags) == discourage_upgradable_pubkeytype);
    TapscriptSpending empty(Builder().number(0).op(op_checksig).done());
    empty.satisfy({Bytes{}});
    CHECK(empty.verify() == pubkeytype);
}

TEST_CASE("a signature commits to the last executed OP_CODESEPARATOR", "[script][bip342]") {
    const auto leaf = Builder()
                          .op(op_nop)
                          .op(script::op_codeseparator)
                          .data(key(1).x_only().bytes)
                          .op(op_checksig)
                          .done();
    TapscriptSpending spending(leaf);
    spending.satisfy({spending.sign_leaf(key(1), sighash_default, 1)});
    CHECK(spending.verify(standard_flags) == ok);
    spending.satisfy({spending.sign_leaf(key(1))});
    CHECK(spending.verify() == schnorr_sig);
}

TEST_CASE("tapscript has no CHECKMULTISIG, and strict conditions", "[script][bip342]") {
    TapscriptSpending multisig(Builder().number(0).number(0).op(op_checkmultisig).done());
    multisig.satisfy({{}});
    CHECK(multisig.verify() == tapscript_checkmultisig);

    TapscriptSpending branch(
        Builder().op(op_if).number(1).op(op_else).number(1).op(op_endif).done());
    branch.satisfy({Bytes{1}});
    CHECK(branch.verify() == ok);
    branch.satisfy({Bytes{}});
    CHECK(branch.verify() == ok);
    branch.satisfy({Bytes{2}});
    CHECK(branch.verify() == tapscript_minimalif);
    branch.satisfy({Bytes{0}});
    CHECK(branch.verify() == tapscript_minimalif);
    branch.satisfy({Bytes{1, 0}});
    CHECK(branch.verify() == tapscript_minimalif);
}

TEST_CASE("a tapscript may be long with many operations, but its stack is bounded",
          "[script][bip342]") {
    Script longer(Bytes(20'000, op_nop));
    longer.append(op_1);
    TapscriptSpending long_script(longer);
    long_script.satisfy({});
    CHECK(long_script.verify() == ok);

    const auto drops = [](std::size_t items) {
        TapscriptSpending spending(Builder().op(op_nop).done());
        spending.satisfy(std::vector<Bytes>(items, Bytes{1}));
        return spending.verify();
    };
    CHECK(drops(1) == ok);
    CHECK(drops(1000) == cleanstack);
    CHECK(drops(1001) == stack_size);

    TapscriptSpending element(Builder().op(op_drop).number(1).done());
    element.satisfy({Bytes(520)});
    CHECK(element.verify() == ok);
    element.satisfy({Bytes(521)});
    CHECK(element.verify() == push_size);
}

TEST_CASE("without all spent outputs no taproot signature verifies", "[script][bip341]") {
    TapscriptSpending spending(checksig_of(key(1)));
    spending.satisfy({spending.sign_leaf(key(1))});
    const PrecomputedHashes partial(spending.tx, std::vector<TxOutput>{});
    CHECK(verify_input({spending.tx, 0, spending.spent[0], partial, mandatory_flags}) ==
          unknown_error);
}

}  // namespace
}  // namespace daler::script
