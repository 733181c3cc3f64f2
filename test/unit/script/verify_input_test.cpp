#include "spending.h"

#include <test.h>

namespace daler::script {
namespace {

using test::Builder;
using test::key;
using test::Spending;

using enum ScriptError;

constexpr std::uint8_t hash_types[] = {0x01, 0x02, 0x03, 0x81, 0x82, 0x83};

TEST_CASE("P2PKH verifies under every hash type", "[script]") {
    const auto script = pay_to_pubkey_hash(key(1).public_key().hash());
    for (const auto type : hash_types) {
        Spending spending(script);
        spending.tx.inputs[0].script_sig = Builder()
                                               .data(spending.sign(key(1), script, type))
                                               .data(key(1).public_key().bytes())
                                               .done();
        CHECK(spending.verify(standard_flags) == ok);
        spending.tx.inputs[0].sequence ^= 1;
        CHECK(spending.verify(verify_p2sh) == eval_false);
    }
}

TEST_CASE("P2PK takes compressed, uncompressed and hybrid keys", "[script]") {
    const auto uncompressed = key(1).public_key(false);
    Bytes hybrid(uncompressed.bytes().begin(), uncompressed.bytes().end());
    hybrid[0] = static_cast<std::uint8_t>(6 + (hybrid[64] & 1));
    const auto script = Builder().data(hybrid).op(op_checksig).done();
    Spending spending(script);
    spending.tx.inputs[0].script_sig = Builder().data(spending.sign(key(1), script)).done();
    CHECK(spending.verify() == ok);
    CHECK(spending.verify(verify_strictenc) == pubkeytype);

    for (const bool compressed : {true, false}) {
        const auto plain = pay_to_pubkey(key(1).public_key(compressed));
        Spending other(plain);
        other.tx.inputs[0].script_sig = Builder().data(other.sign(key(1), plain)).done();
        CHECK(other.verify(standard_flags) == ok);
    }
}

TEST_CASE("multisig needs its signatures in the order of the keys", "[script]") {
    const std::vector keys{key(1).public_key(), key(2).public_key(), key(3).public_key()};
    const auto script = pay_to_multisig(2, keys);
    Spending spending(script);
    const auto first = spending.sign(key(1), script);
    const auto third = spending.sign(key(3), script);
    const auto sign_with = [&](const Bytes& dummy, const Bytes& a, const Bytes& b) {
        spending.tx.inputs[0].script_sig = Builder().data(dummy).data(a).data(b).done();
    };
    sign_with({}, first, third);
    CHECK(spending.verify(standard_flags) == ok);
    sign_with({}, third, first);
    CHECK(spending.verify() == eval_false);
    CHECK(spending.verify(standard_flags) == nullfail);
    sign_with({}, {}, {});
    CHECK(spending.verify(standard_flags) == eval_false);
    sign_with({1, 1}, first, third);
    CHECK(spending.verify(verify_p2sh) == ok);
    CHECK(spending.verify() == sig_nulldummy);
}

TEST_CASE("P2WPKH verifies directly and in P2SH, with compressed keys", "[script][bip143]") {
    const auto hash = key(1).public_key().hash();
    const auto program = pay_to_witness(0, hash);
    const auto code = pay_to_pubkey_hash(hash);
    const bool nested = GENERATE(false, true);
    Spending spending(nested ? pay_to_script_hash(crypto::hash160(program.bytes())) : program);
    if (nested) spending.tx.inputs[0].script_sig = Builder().data(program.bytes()).done();
    const auto public_key = key(1).public_key();
    for (const auto type : hash_types) {
        spending.witness() = {spending.sign_witness(key(1), code, type),
                              Bytes(public_key.bytes().begin(), public_key.bytes().end())};
        CHECK(spending.verify(standard_flags) == ok);
    }
    SECTION("the amount is signed") {
        spending.spent[0].value += Amount{1};
        CHECK(spending.verify(verify_p2sh | verify_witness) == eval_false);
    }
    SECTION("the witness has two items") {
        spending.witness().emplace_back();
        CHECK(spending.verify() == witness_program_mismatch);
    }
    SECTION("scriptSig has nothing more") {
        spending.tx.inputs[0].script_sig.append(op_1);
        if (nested) {
            // The last push is not the redeem script any more.
            CHECK(spending.verify() == eval_false);
        } else {
            CHECK(spending.verify() == witness_malleated);
        }
    }
    SECTION("before segwit anyone could spend it") {
        CHECK(spending.verify(verify_p2sh) == ok);
    }
}

TEST_CASE("an uncompressed key in segwit is valid but not standard", "[script][bip143]") {
    const auto public_key = key(1).public_key(false);
    Spending spending(pay_to_witness(0, public_key.hash()));
    spending.witness() = {spending.sign_witness(key(1), pay_to_pubkey_hash(public_key.hash())),
                          Bytes(public_key.bytes().begin(), public_key.bytes().end())};
    CHECK(spending.verify() == ok);
    CHECK(spending.verify(standard_flags) == witness_pubkeytype);
}

TEST_CASE("P2WSH runs the script that the program is the hash of", "[script][bip141]") {
    const std::vector keys{key(1).public_key(), key(2).public_key()};
    const auto script = pay_to_multisig(1, keys);
    Spending spending(pay_to_witness(0, crypto::sha256(script.bytes())));
    const Bytes script_bytes(script.bytes().begin(), script.bytes().end());
    spending.witness() = {{}, spending.sign_witness(key(2), script), script_bytes};
    CHECK(spending.verify(standard_flags) == ok);
    spending.witness().insert(spending.witness().begin(), Bytes{});
    CHECK(spending.verify() == cleanstack);
    spending.witness() = {{}, spending.sign_witness(key(3), script), script_bytes};
    CHECK(spending.verify(verify_p2sh | verify_witness) == eval_false);
    spending.witness().back().push_back(op_nop);
    CHECK(spending.verify() == witness_program_mismatch);
}

TEST_CASE("a program of version 0 has 20 or 32 bytes", "[script][bip141]") {
    Spending spending(pay_to_witness(0, Bytes(21, 1)));
    CHECK(spending.verify() == witness_program_wrong_length);
}

TEST_CASE("a witness for an input without a witness program is refused", "[script][bip141]") {
    Spending spending(Builder().number(1).done());
    CHECK(spending.verify() == ok);
    spending.witness() = {Bytes{}};
    CHECK(spending.verify() == witness_unexpected);
    CHECK(spending.verify(verify_p2sh) == ok);
}

TEST_CASE("an absolute lock time is compared with that of the transaction", "[script][bip65]") {
    struct Example {
        std::int64_t asked;
        std::uint32_t own;
        std::uint32_t sequence;
        ScriptError expected;
    };
    const auto example = GENERATE(values<Example>({
        {100, 100, 0, ok},
        {101, 100, 0, unsatisfied_locktime},
        {-1, 100, 0, negative_locktime},
        {499'999'999, 499'999'999, 0, ok},
        {500'000'000, 499'999'999, 0, unsatisfied_locktime},
        {499'999'999, 500'000'000, 0, unsatisfied_locktime},
        {500'000'000, 500'000'000, 0, ok},
        {0xffffffff, 0xffffffff, 0, ok},
        {0x100000000, 0xffffffff, 0, unsatisfied_locktime},
        {0x7fffffffff, 0xffffffff, 0, unsatisfied_locktime},
        {0x8000000000, 0xffffffff, 0, unknown_error},  // six bytes are not a lock time
        {100, 100, 0xffffffff, unsatisfied_locktime},
    }));
    Spending spending(Builder().number(example.asked).op(op_checklocktimeverify).done());
    if (example.asked <= 0) spending.spent[0].script_pubkey.append(op_1);
    spending.tx.lock_time = example.own;
    spending.tx.inputs[0].sequence = example.sequence;
    INFO(example.asked << " against " << example.own);
    CHECK(spending.verify() == example.expected);
    CHECK((spending.verify(verify_p2sh) == ok));
}

TEST_CASE("a relative lock time is compared with the input's sequence", "[script][bip112]") {
    struct Example {
        std::int64_t asked;
        std::uint32_t sequence;
        std::uint32_t version;
        ScriptError expected;
    };
    const auto example = GENERATE(values<Example>({
        {10, 10, 2, ok},
        {11, 10, 2, unsatisfied_locktime},
        {10, 10, 1, unsatisfied_locktime},
        {10, 10, 0xffffffff, ok},
        {10, 0x80000000 | 10, 2, unsatisfied_locktime},
        {0x80000000, 0xffffffff, 1, ok},  // disabled: no condition
        {0x400000 | 10, 10, 2, unsatisfied_locktime},
        {10, 0x400000 | 10, 2, unsatisfied_locktime},
        {0x400000 | 10, 0x400000 | 10, 2, ok},
        {0x3f0000 | 10, 10, 2, ok},  // bits without meaning
        {-1, 10, 2, negative_locktime},
    }));
    Spending spending(Builder().number(example.asked).op(op_checksequenceverify).done());
    spending.tx.version = example.version;
    spending.tx.inputs[0].sequence = example.sequence;
    INFO(example.asked << " against " << example.sequence);
    CHECK(spending.verify() == example.expected);
}

TEST_CASE("a legacy script has at most 10,000 bytes", "[script]") {
    Bytes script(10'000, op_1);
    for (std::size_t i = 1; i + 1 < script.size(); i += 2) {
        script[i - 1] = op_0;
        script[i] = op_0;
    }
    // Too many elements, not too many bytes.
    CHECK(Spending(Script(script)).verify() == stack_size);
    script.push_back(op_1);
    CHECK(Spending(Script(script)).verify() == script_size);
}

TEST_CASE("a script in P2SH may be one opcode that scriptSig pushes as a number", "[script]") {
    // The redeem script is the byte 0x10: it announces 16 bytes that do not follow.
    const Bytes redeem{0x10};
    Spending spending(pay_to_script_hash(crypto::hash160(redeem)));
    spending.tx.inputs[0].script_sig = Builder().number(16).done();
    CHECK(spending.verify() == bad_opcode);
}

}  // namespace
}  // namespace daler::script
