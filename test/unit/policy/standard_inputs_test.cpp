#include <daler/policy/policy.h>
#include <daler/script/opcodes.h>
#include <daler/script/standard.h>
#include <test.h>

namespace daler::policy {
namespace {

using consensus::Reason;

struct Spend {
    Script script_pubkey;
    Script script_sig{};
    Witness witness{};
};

Transaction spending(const Spend& spend) {
    Transaction tx;
    tx.inputs.resize(1);
    tx.inputs[0].script_sig = spend.script_sig;
    tx.inputs[0].witness = spend.witness;
    return tx;
}

bool inputs_ok(const Spend& spend, const PolicyOptions& options = {}) {
    const std::vector<Coin> coins{{{Amount{1}, spend.script_pubkey}}};
    const auto verdict = check_inputs_standard(spending(spend), coins, options);
    if (!verdict) CHECK(verdict.error().reason == Reason::nonstandard_inputs);
    return verdict.has_value();
}

bool witness_ok(const Spend& spend, const PolicyOptions& options = {}) {
    const std::vector<Coin> coins{{{Amount{1}, spend.script_pubkey}}};
    const auto verdict = check_witness_standard(spending(spend), coins, options);
    if (!verdict) CHECK(verdict.error().reason == Reason::nonstandard_witness);
    return verdict.has_value();
}

Script pushing(ByteSpan data) {
    Script out;
    script::push_bytes(out, data);
    return out;
}

const Script p2sh = script::pay_to_script_hash({});
const Script p2wsh = script::pay_to_witness(0, Bytes(32));
const Script p2tr = script::pay_to_witness(1, Bytes(32));

TEST_CASE("coins of unknown types are not spent", "[policy]") {
    CHECK(inputs_ok({script::pay_to_pubkey_hash({})}));
    CHECK(inputs_ok({p2tr}));
    CHECK(inputs_ok({script::pay_to_witness(1, Bytes{0x4e, 0x73})}));
    CHECK_FALSE(inputs_ok({script::pay_to_witness(2, Bytes(32))}));
    CHECK_FALSE(inputs_ok({Script(Bytes{script::op_1})}));
    PolicyOptions anything;
    anything.require_standard = false;
    CHECK(inputs_ok({Script(Bytes{script::op_1})}, anything));
}

TEST_CASE("a redeem script has at most 15 signature operations", "[policy]") {
    CHECK(inputs_ok({p2sh, pushing(Bytes(15, script::op_checksig))}));
    CHECK_FALSE(inputs_ok({p2sh, pushing(Bytes(16, script::op_checksig))}));
    CHECK(inputs_ok({p2sh, Script(Bytes{script::op_1})}));
}

TEST_CASE("a P2SH input whose script cannot run is refused", "[policy]") {
    CHECK_FALSE(inputs_ok({p2sh}));
    CHECK(inputs_ok({p2sh, pushing(Bytes(520))}));
    CHECK_FALSE(inputs_ok({p2sh, pushing(Bytes(521))}));
    CHECK_FALSE(inputs_ok({p2sh, Script(Bytes{script::op_reserved})}));
    CHECK_FALSE(inputs_ok({p2sh, Script(Bytes{script::op_nop})}));
    CHECK_FALSE(inputs_ok({p2sh, Script(Bytes{2, 0})}));
}

TEST_CASE("only an input that spends a witness program may have a witness", "[policy]") {
    const Witness some{Bytes(1)};
    CHECK(witness_ok({script::pay_to_pubkey_hash({})}));
    CHECK_FALSE(witness_ok({script::pay_to_pubkey_hash({}), {}, some}));
    CHECK_FALSE(witness_ok({script::pay_to_witness(1, Bytes{0x4e, 0x73}), {}, some}));
    CHECK(witness_ok({script::pay_to_witness(0, Bytes(20)), {}, some}));
    CHECK(witness_ok({p2sh, pushing(p2wsh.bytes()), some}));
    CHECK_FALSE(witness_ok({p2sh, pushing(Bytes(5)), some}));
    CHECK_FALSE(witness_ok({p2sh, {}, some}));
    PolicyOptions anything;
    anything.require_standard = false;
    CHECK(witness_ok({script::pay_to_pubkey_hash({}), {}, some}, anything));
}

TEST_CASE("a P2WSH witness has limits on script, items and their sizes", "[policy]") {
    CHECK(witness_ok({p2wsh, {}, {Bytes(3600)}}));
    CHECK_FALSE(witness_ok({p2wsh, {}, {Bytes(3601)}}));
    CHECK(witness_ok({p2wsh, {}, Witness(101)}));
    CHECK_FALSE(witness_ok({p2wsh, {}, Witness(102)}));
    CHECK(witness_ok({p2wsh, {}, {Bytes(80), Bytes(100)}}));
    CHECK_FALSE(witness_ok({p2wsh, {}, {Bytes(81), Bytes(100)}}));
    CHECK_FALSE(witness_ok({p2sh, pushing(p2wsh.bytes()), {Bytes(81), Bytes(100)}}));
}

TEST_CASE("a taproot witness has no annex, and small items under tapscript", "[policy]") {
    const Bytes script(5000);
    const Bytes tapscript{0xc1};
    const Bytes other_leaf{0xc2};
    const Bytes annex{0x50};
    CHECK(witness_ok({p2tr, {}, {Bytes(64)}}));
    CHECK_FALSE(witness_ok({p2tr, {}, {Bytes(64), annex}}));
    CHECK(witness_ok({p2tr, {}, {Bytes(80), script, tapscript}}));
    CHECK_FALSE(witness_ok({p2tr, {}, {Bytes(81), script, tapscript}}));
    CHECK(witness_ok({p2tr, {}, {Bytes(81), script, other_leaf}}));
    CHECK_FALSE(witness_ok({p2tr, {}, {script, Bytes{}}}));
}

TEST_CASE("a transaction may cost a fifth of a block's signature operations", "[policy]") {
    CHECK(check_sigop_cost(16'000));
    const auto verdict = check_sigop_cost(16'001);
    REQUIRE_FALSE(verdict);
    CHECK(to_text(verdict.error()) == "bad-txns-too-many-sigops, 16001");
}

}  // namespace
}  // namespace daler::policy
