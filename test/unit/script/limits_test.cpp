// The limits of scripts, tested on both sides, and old behaviour that scripts may rely on.
#include "assembly.h"
#include "spending.h"

#include <test.h>

namespace daler::script {
namespace {

using test::assemble;
using test::Builder;
using test::key;
using test::Spending;

// Not all of them: some have the names of opcodes.
using ScriptError::checksigverify;
using ScriptError::eval_false;
using ScriptError::invalid_stack_operation;
using ScriptError::ok;
using ScriptError::op_count;
using ScriptError::pubkey_count;
using ScriptError::push_size;
using ScriptError::sig_count;
using ScriptError::sig_findanddelete;
using ScriptError::sig_nulldummy;
using ScriptError::stack_size;
using ScriptError::unknown_error;

std::string times(std::size_t count, const std::string& words) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i)
        out += words + " ";
    return out;
}

ScriptError run(const std::string& script) {
    return Spending(assemble(script)).verify();
}

ScriptError run_pushing(std::size_t size) {
    return Spending(Builder().data(Bytes(size, 1)).op(op_drop).number(1).done()).verify();
}

TEST_CASE("an element has at most 520 bytes", "[script][limits]") {
    CHECK(run_pushing(520) == ok);
    CHECK(run_pushing(521) == push_size);
    // The limit also holds for pushes that are not executed.
    const auto hidden = [](std::size_t size) {
        return Spending(
                   Builder().op(op_0).op(op_if).data(Bytes(size, 1)).op(op_endif).number(1).done())
            .verify();
    };
    CHECK(hidden(520) == ok);
    CHECK(hidden(521) == push_size);
}

TEST_CASE("a script runs at most 201 operations, the keys of a multisig among them",
          "[script][limits]") {
    CHECK(run("1 " + times(201, "NOP")) == ok);
    CHECK(run("1 " + times(202, "NOP")) == op_count);
    CHECK(run("1 0 IF " + times(199, "NOP") + "ENDIF") == ok);
    CHECK(run("1 0 IF " + times(200, "NOP") + "ENDIF") == op_count);
    CHECK(run(times(300, "1")) == ok);

    const std::string multisig = "0 0 " + times(20, "0") + "20 CHECKMULTISIG ";
    CHECK(run(multisig + times(180, "NOP")) == ok);
    CHECK(run(multisig + times(181, "NOP")) == op_count);
}

TEST_CASE("stack and altstack together hold at most 1,000 elements", "[script][limits]") {
    CHECK(run(times(1000, "1")) == ok);
    CHECK(run(times(1001, "1")) == stack_size);
    CHECK(run("1 TOALTSTACK " + times(999, "1")) == ok);
    CHECK(run("1 TOALTSTACK " + times(1000, "1")) == stack_size);
}

TEST_CASE("numbers have at most four bytes, results may have five", "[script][limits]") {
    CHECK(run("0x04 0xffffff7f 1ADD 0x05 0x0000008000 EQUAL") == ok);
    CHECK(run("0x05 0x0000008000 1SUB 0x04 0xffffff7f EQUAL") == unknown_error);
    CHECK(run("0x04 0xffffffff ABS 0x04 0xffffff7f EQUAL") == ok);
}

TEST_CASE("a multisig has at most 20 keys and no more signatures than keys", "[script][limits]") {
    CHECK(run("0 0 " + times(20, "0") + "20 CHECKMULTISIG") == ok);
    CHECK(run("0 0 " + times(21, "0") + "21 CHECKMULTISIG") == pubkey_count);
    CHECK(run("0 0 0 -1 CHECKMULTISIG") == pubkey_count);
    CHECK(run("0 0 0 2 0 1 CHECKMULTISIG") == sig_count);
    CHECK(run("0 -1 0 1 CHECKMULTISIG") == sig_count);
}

TEST_CASE("a multisig takes one element more than it needs, which must be empty",
          "[script][history]") {
    CHECK(run("0 0 0 CHECKMULTISIG") == ok);
    CHECK(run("0 0 CHECKMULTISIG") == invalid_stack_operation);
    const Spending spending(assemble("1 0 0 CHECKMULTISIG"));
    CHECK(spending.verify() == sig_nulldummy);
    CHECK(spending.verify(verify_p2sh) == ok);
}

TEST_CASE("before segwit a signature is removed from the script that it signs",
          "[script][history][findanddelete]") {
    const auto public_key = key(1).public_key();
    const auto key_bytes = public_key.bytes();
    const auto signed_code = Builder().op(op_drop).data(key_bytes).op(op_checksig).done();
    Spending spending(Script{});
    const auto with_signature = [&](const Bytes& signature) {
        return Builder().data(signature).op(op_drop).data(key_bytes).op(op_checksig).done();
    };
    const auto signature = spending.sign(key(1), signed_code);
    spending.spent[0].script_pubkey = with_signature(signature);
    spending.tx.inputs[0].script_sig = Builder().data(signature).done();
    CHECK(spending.verify() == ok);
    CHECK(spending.verify(mandatory_flags | verify_const_scriptcode) == sig_findanddelete);

    // In segwit the script is signed unchanged.
    const auto amount = spending.spent[0].value;
    const auto made = spending.sign_witness(key(1), signed_code);
    const auto script = with_signature(made);
    Spending segwit(pay_to_witness(0, crypto::sha256(script.bytes())));
    segwit.spent[0].value = amount;
    segwit.witness() = {made, Bytes(script.bytes().begin(), script.bytes().end())};
    CHECK(segwit.verify(verify_p2sh | verify_witness) == eval_false);
}

TEST_CASE("a signature signs the script after the last executed OP_CODESEPARATOR",
          "[script][history][codeseparator]") {
    const auto public_key = key(1).public_key();
    const auto key_bytes = public_key.bytes();
    const auto after = Builder().data(key_bytes).op(op_checksig).done();
    const auto whole = Builder()
                           .data(key_bytes)
                           .op(op_checksigverify)
                           .op(op_codeseparator)
                           .data(key_bytes)
                           .op(op_checksig)
                           .done();
    const auto without =
        Builder().data(key_bytes).op(op_checksigverify).data(key_bytes).op(op_checksig).done();

    // Before segwit the separators themselves are not signed.
    Spending legacy(whole);
    const auto first = legacy.sign(key(1), without);
    const auto second = legacy.sign(key(1), after);
    legacy.tx.inputs[0].script_sig = Builder().data(second).data(first).done();
    CHECK(legacy.verify() == ok);
    CHECK(legacy.verify(mandatory_flags | verify_const_scriptcode) ==
          ScriptError::op_codeseparator);
    legacy.tx.inputs[0].script_sig = Builder().data(first).data(second).done();
    CHECK(legacy.verify(verify_p2sh) == checksigverify);

    Spending segwit(pay_to_witness(0, crypto::sha256(whole.bytes())));
    const Bytes script(whole.bytes().begin(), whole.bytes().end());
    segwit.witness() = {segwit.sign_witness(key(1), after), segwit.sign_witness(key(1), whole),
                        script};
    CHECK(segwit.verify() == ok);
    segwit.witness()[1] = segwit.sign_witness(key(1), without);
    CHECK(segwit.verify(verify_p2sh | verify_witness) == checksigverify);
}

}  // namespace
}  // namespace daler::script
