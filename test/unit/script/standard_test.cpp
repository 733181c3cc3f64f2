#include "assembly.h"
#include "spending.h"

#include <daler/encoding/hex.h>
#include <daler/script/script_reader.h>
#include <test.h>

namespace daler::script {
namespace {

using test::assemble;
using test::Builder;
using test::key;

TEST_CASE("output scripts are recognised with their data", "[script]") {
    const auto public_key = key(1).public_key();
    const Bytes key_bytes(public_key.bytes().begin(), public_key.bytes().end());
    struct Example {
        Script script;
        std::string_view type;
        std::vector<Bytes> data;
    };
    const std::vector<crypto::PublicKey> two_keys{public_key, public_key};
    const std::vector<Example> examples{
        {pay_to_pubkey(public_key), "pubkey", {key_bytes}},
        {pay_to_pubkey_hash({}), "pubkeyhash", {Bytes(20)}},
        {pay_to_script_hash({}), "scripthash", {Bytes(20)}},
        {pay_to_multisig(1, two_keys), "multisig", {{1}, key_bytes, key_bytes, {2}}},
        {pay_to_witness(0, Bytes(20)), "witness_v0_keyhash", {Bytes(20)}},
        {pay_to_witness(0, Bytes(32)), "witness_v0_scripthash", {Bytes(32)}},
        {pay_to_witness(1, Bytes(32)), "witness_v1_taproot", {Bytes(32)}},
        {pay_to_witness(1, Bytes{0x4e, 0x73}), "anchor", {}},
        {pay_to_witness(1, Bytes(33)), "witness_unknown", {{1}, Bytes(33)}},
        {pay_to_witness(16, Bytes(2)), "witness_unknown", {{16}, Bytes(2)}},
        {pay_to_witness(0, Bytes(2)), "nonstandard", {}},
        {assemble("RETURN"), "nulldata", {}},
        {assemble("RETURN 'hello' 1"), "nulldata", {}},
        {assemble("RETURN DUP"), "nonstandard", {}},
        {assemble(""), "nonstandard", {}},
        {assemble("1"), "nonstandard", {}},
    };
    for (const auto& example : examples) {
        const auto solution = solve(example.script.bytes());
        INFO(to_asm(example.script.bytes()));
        CHECK(name(solution.type) == example.type);
        CHECK(solution.data == example.data);
    }
}

TEST_CASE("a multisig counts its keys right", "[script]") {
    const auto type_of = [](std::string_view text) { return solve(assemble(text).bytes()).type; };
    const std::string k = "0x21 0x02" + std::string(64, '1') + " ";
    CHECK(type_of("1 " + k + "1 CHECKMULTISIG") == OutputType::multisig);
    CHECK(type_of("2 " + k + "1 CHECKMULTISIG") == OutputType::nonstandard);
    CHECK(type_of("0 " + k + "1 CHECKMULTISIG") == OutputType::nonstandard);
    CHECK(type_of("1 " + k + "2 CHECKMULTISIG") == OutputType::nonstandard);
    CHECK(type_of("1 " + k + k + "1 CHECKMULTISIG") == OutputType::nonstandard);
    CHECK(type_of("1 " + k + "1 NOP CHECKMULTISIG") == OutputType::nonstandard);
    CHECK(type_of("1 1 CHECKMULTISIG") == OutputType::nonstandard);
    CHECK(type_of("CHECKMULTISIG") == OutputType::nonstandard);

    // Counts above 16 are pushed as bytes.
    const std::vector keys(20, key(1).public_key());
    CHECK(solve(pay_to_multisig(17, keys).bytes()).data.front() == Bytes{17});
    std::string keys_text;
    for (int i = 0; i < 17; ++i)
        keys_text += k;
    CHECK(type_of("1 " + keys_text + "0x01 0x11 CHECKMULTISIG") == OutputType::multisig);
    CHECK(type_of("1 " + keys_text + "0x02 0x1100 CHECKMULTISIG") == OutputType::nonstandard);
}

TEST_CASE("a witness program has a version and 2 to 40 bytes", "[script][bip141]") {
    const auto version_of = [](std::string_view hex) -> int {
        const auto script = test::unhex(hex);
        const auto program = witness_program(script);
        return program ? program->version : -1;
    };
    CHECK(version_of("00020000") == 0);
    CHECK(version_of("51020000") == 1);
    CHECK(version_of("60020000") == 16);
    CHECK(version_of("4f020000") == -1);
    CHECK(version_of("50020000") == -1);
    CHECK(version_of("61020000") == -1);
    CHECK(version_of("000100") == -1);
    CHECK(version_of("0003000000") == 0);
    CHECK(version_of("0002000000") == -1);
    CHECK(version_of("0028" + std::string(80, '0')) == 0);
    CHECK(version_of("0029" + std::string(82, '0')) == -1);
}

TEST_CASE("pushes take the shortest form", "[script]") {
    const auto pushed = [](const Bytes& data) {
        Script script;
        push(script, data);
        ScriptReader reader(script.bytes());
        CHECK(is_minimal_push(*reader.next()) == (script[0] <= op_pushdata4));
        return to_hex(script.bytes().first(std::min<std::size_t>(script.size(), 5)));
    };
    CHECK(pushed({}) == "00");
    CHECK(pushed({1}) == "51");
    CHECK(pushed({16}) == "60");
    CHECK(pushed({0x81}) == "4f");
    CHECK(pushed({17}) == "0111");
    CHECK(pushed({0}) == "0100");
    CHECK(pushed(Bytes(75)) == "4b00000000");
    CHECK(pushed(Bytes(76)) == "4c4c000000");
    CHECK(pushed(Bytes(255)) == "4cff000000");
    CHECK(pushed(Bytes(256)) == "4d00010000");
    CHECK(pushed(Bytes(65535)) == "4dffff0000");
    CHECK(pushed(Bytes(65536)) == "4e00000100");
}

TEST_CASE("a script that can never be spent is recognised", "[script]") {
    CHECK(is_unspendable(assemble("RETURN 1").bytes()));
    CHECK_FALSE(is_unspendable(assemble("1 RETURN").bytes()));
    CHECK_FALSE(is_unspendable(Bytes(10'000)));
    CHECK(is_unspendable(Bytes(10'001)));
}

TEST_CASE("push-only scripts have no opcode above OP_16 and parse", "[script]") {
    CHECK(is_push_only({}));
    CHECK(is_push_only(assemble("0 1 -1 16 RESERVED 'text'").bytes()));
    CHECK_FALSE(is_push_only(assemble("NOP").bytes()));
    CHECK_FALSE(is_push_only(Bytes{2, 0}));
    CHECK_FALSE(is_push_only(Bytes{op_pushdata2, 0}));
}

TEST_CASE("signature operations are counted as the limit of blocks requires", "[script]") {
    const auto count = [](std::string_view text, bool accurate) {
        return count_sigops(assemble(text).bytes(), accurate);
    };
    CHECK(count("CHECKSIG CHECKSIGVERIFY DUP", false) == 2);
    CHECK(count("2 CHECKMULTISIG", false) == 20);
    CHECK(count("2 CHECKMULTISIG", true) == 2);
    CHECK(count("0 CHECKMULTISIG", true) == 20);
    CHECK(count("0x01 0x02 CHECKMULTISIGVERIFY", true) == 20);
    CHECK(count("CHECKSIG 0x02 0xac", false) == 1);
    CHECK(count("CHECKSIGADD", true) == 0);
    for (unsigned keys = 1; keys <= 16; ++keys) {
        const auto text = std::to_string(keys) + " CHECKMULTISIG";
        CHECK(count(text, true) == keys);
        CHECK(count(text, false) == 20);
    }
    // A number that is pushed as bytes is not counted like its opcode.
    CHECK(count("17 CHECKMULTISIG", true) == 20);
    CHECK(count("-1 CHECKMULTISIG", true) == 20);
}

TEST_CASE("signature operations of a script that does not parse count up to the error",
          "[script]") {
    const auto count = [](std::string_view text) {
        return count_sigops(assemble(text).bytes(), false);
    };
    CHECK(count("CHECKSIG CHECKMULTISIG 0x05 0xacacac") == 21);
    CHECK(count("0x4c") == 0);
    CHECK(count("CHECKSIG 0x4d 0xff") == 1);
}

TEST_CASE("sigops of redeem scripts and witness scripts are counted accurately", "[script]") {
    const auto redeem = assemble("3 CHECKMULTISIG CHECKSIG");
    const auto p2sh = pay_to_script_hash(crypto::hash160(redeem.bytes()));
    const auto script_sig = Builder().number(1).data(redeem.bytes()).done();
    CHECK(count_p2sh_sigops(p2sh.bytes(), script_sig.bytes()) == 4);
    CHECK(count_p2sh_sigops(redeem.bytes(), script_sig.bytes()) == 0);
    const auto not_push_only = Builder().op(op_nop).data(redeem.bytes()).done();
    CHECK(count_p2sh_sigops(p2sh.bytes(), not_push_only.bytes()) == 0);

    const Witness witness{{}, Bytes(redeem.bytes().begin(), redeem.bytes().end())};
    const auto p2wsh = pay_to_witness(0, crypto::sha256(redeem.bytes()));
    const auto p2wpkh = pay_to_witness(0, Bytes(20));
    CHECK(count_witness_sigops(p2wsh.bytes(), {}, witness) == 4);
    CHECK(count_witness_sigops(p2wsh.bytes(), {}, {}) == 0);
    CHECK(count_witness_sigops(p2wpkh.bytes(), {}, witness) == 1);
    CHECK(count_witness_sigops(pay_to_witness(1, Bytes(32)).bytes(), {}, witness) == 0);
    const auto nested = pay_to_script_hash(crypto::hash160(p2wsh.bytes()));
    const auto nested_sig = Builder().data(p2wsh.bytes()).done();
    CHECK(count_witness_sigops(nested.bytes(), nested_sig.bytes(), witness) == 4);
    CHECK(count_witness_sigops(nested.bytes(), {}, witness) == 0);
}

TEST_CASE("scripts are shown as words", "[script]") {
    CHECK(to_asm(assemble("DUP HASH160 'hello' EQUAL").bytes()) ==
          "OP_DUP OP_HASH160 68656c6c6f OP_EQUAL");
    CHECK(to_asm(assemble("0 1 16 -1").bytes()) == "0 1 16 -1");
    CHECK(to_asm(assemble("0x02 0xe803 0x01 0x81").bytes()) == "1000 -1");
    CHECK(to_asm(Bytes{op_dup, 5, 1}) == "OP_DUP [error]");
    CHECK(to_asm(Bytes{5}) == "[error]");
    CHECK(to_asm(Bytes{0xbb, op_checksigadd, op_checksequenceverify}) ==
          "OP_UNKNOWN OP_CHECKSIGADD OP_CHECKSEQUENCEVERIFY");
    CHECK(to_asm({}) == "");
}

TEST_CASE("a signature in a scriptSig is shown with its hash type", "[script]") {
    test::Spending spending(pay_to_pubkey(key(1).public_key()));
    const auto signature =
        spending.sign(key(1), spending.spent[0].script_pubkey, sighash_none | sighash_anyonecanpay);
    const auto script = Builder().data(signature).done();
    const auto der = to_hex(ByteSpan(signature).first(signature.size() - 1));
    CHECK(to_asm(script.bytes(), true) == der + "[NONE|ANYONECANPAY]");
    CHECK(to_asm(script.bytes()) == der + "82");
    const auto data = Builder().op(op_return).data(signature).done();
    CHECK(to_asm(data.bytes(), true) == "OP_RETURN " + der + "82");
}

TEST_CASE("errors, flags and opcodes have their standard names", "[script]") {
    CHECK(describe(ScriptError::nullfail) ==
          "Signature must be zero for failed CHECK(MULTI)SIG operation");
    CHECK(name(ScriptError::sig_findanddelete) == "SIG_FINDANDDELETE");
    CHECK(flag_by_name("CONST_SCRIPTCODE") == verify_const_scriptcode);
    CHECK(flag_by_name("NO_SUCH_FLAG") == verify_none);
    CHECK(opcode_by_name("OP_CHECKSIGADD") == op_checksigadd);
    CHECK_FALSE(opcode_by_name("OP_NO_SUCH"));
    for (int i = 0; i < 256; ++i) {
        const auto op = static_cast<Opcode>(i);
        if (name(op).starts_with("OP_") && i >= op_pushdata1 && i <= op_checksigadd)
            CHECK(opcode_by_name(name(op)) == op);
    }
}

TEST_CASE("the opcodes of BIP 342 that succeed at once are the published ones", "[script]") {
    int count = 0;
    for (int i = 0; i < 256; ++i)
        count += is_op_success(static_cast<Opcode>(i));
    CHECK(count == 87);
    for (const int op : {80, 98, 126, 129, 131, 134, 137, 138, 141, 142, 149, 153, 187, 254})
        CHECK(is_op_success(static_cast<Opcode>(op)));
    for (const int op : {79, 81, 97, 99, 125, 130, 135, 136, 139, 140, 148, 154, 186, 255})
        CHECK_FALSE(is_op_success(static_cast<Opcode>(op)));
}

}  // namespace
}  // namespace daler::script
