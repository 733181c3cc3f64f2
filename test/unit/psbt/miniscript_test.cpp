#include <daler/encoding/hex.h>
#include <daler/miniscript/expression.h>
#include <daler/script/standard.h>
#include <daler/script/taproot.h>

#include "support.h"

#include <test.h>

using namespace daler;
using namespace daler::psbt;
using namespace daler::psbt::test;

namespace {

const Bytes preimage(32, 7);
const std::string digest = to_hex(crypto::sha256(preimage));

crypto::PublicKey key_of(const std::string& wif) {
    return descriptor::decode_wif(wif, format())->public_key();
}

/// The script of a miniscript with the keys a, b and c.
Script script_of(const std::string& text, miniscript::Context context) {
    std::vector<Bytes> keys;
    const auto expression = miniscript::parse(text, context, [&](std::string_view name) {
        const auto key = key_of(name == "a" ? wif_a : name == "b" ? wif_b : wif_c);
        const ByteSpan bytes =
            key.bytes().subspan(context == miniscript::Context::tapscript ? 1 : 0);
        keys.emplace_back(bytes.begin(), bytes.end());
        return true;
    });
    REQUIRE(expression);
    return miniscript::to_script(*expression, keys);
}

/// Spends an output with this script after 20 blocks, at height 200.
Psbt spend_of(const Script& locking) {
    Transaction paying;
    paying.inputs.resize(1);
    paying.outputs.push_back({Amount{100'000}, locking});
    const auto previous = seal(paying);
    Transaction spending;
    spending.lock_time = 200;
    spending.inputs.resize(1);
    spending.inputs[0].prevout = {previous->txid, 0};
    spending.inputs[0].sequence = 20;
    spending.outputs.push_back({Amount{90'000}, locking});
    Psbt out(spending);
    out.inputs[0].non_witness_utxo = previous;
    return out;
}

void add_preimage(Psbt& psbt) {
    psbt.inputs[0].preimages.sha256[crypto::sha256(preimage)] = preimage;
}

struct Example {
    std::string text;
    std::vector<std::string> signers;
    bool has_preimage;
    bool is_complete;
};

}  // namespace

TEST_CASE("hash locks and lock times of a P2WSH miniscript are satisfied", "[psbt][miniscript]") {
    const auto example = GENERATE_COPY(values<Example>({
        {"and_v(v:pk(a),sha256(" + digest + "))", {wif_a}, true, true},
        {"and_v(v:pk(a),sha256(" + digest + "))", {wif_a}, false, false},
        {"and_v(v:pk(a),sha256(" + digest + "))", {wif_b}, true, false},
        {"and_v(v:pkh(a),older(20))", {wif_a}, false, true},
        {"and_v(v:pkh(a),older(21))", {wif_a}, false, false},
        {"or_d(pk(b),and_v(v:pk(a),after(200)))", {wif_a}, false, true},
        {"or_d(pk(b),and_v(v:pk(a),after(201)))", {wif_a}, false, false},
        {"or_d(pk(b),and_v(v:pk(a),after(201)))", {wif_b}, false, true},
        {"thresh(2,pk(a),s:pk(b),sln:older(20))", {wif_c, wif_b}, false, true},
    }));
    CAPTURE(example.text, example.signers);
    const auto script = script_of(example.text, miniscript::Context::p2wsh);
    auto psbt = spend_of(script::pay_to_witness(0, crypto::sha256(script.bytes())));
    psbt.inputs[0].witness_script = script;
    if (example.has_preimage) add_preimage(psbt);
    CHECK(Spend::sign(psbt, ring_with({}, example.signers), {.finalize = Finalize::no}) ==
          example.is_complete);
    // The finalizer has no keys: the signatures are in the PSBT.
    const auto tx = finalize_and_extract(psbt);
    CHECK(tx.has_value() == example.is_complete);
    if (tx) CHECK(is_signed(psbt, 0, precompute(psbt)));
}

TEST_CASE("miniscripts in leaves of P2TR are satisfied", "[psbt][miniscript]") {
    const auto example = GENERATE_COPY(values<Example>({
        {"and_v(v:pk(a),sha256(" + digest + "))", {wif_a}, true, true},
        {"and_v(v:pk(a),sha256(" + digest + "))", {wif_a}, false, false},
        {"and_v(v:multi_a(2,a,b),older(20))", {wif_a, wif_b}, false, true},
        {"and_v(v:multi_a(2,a,b),older(20))", {wif_b}, false, false},
        {"and_v(v:pkh(a),after(200))", {wif_a}, false, true},
    }));
    CAPTURE(example.text, example.signers);
    const auto script = script_of(example.text, miniscript::Context::tapscript);
    const auto internal_key = descriptor::x_only(key_of(wif_c));
    const descriptor::TaprootOutput made_of{
        internal_key,
        script::tap_leaf_hash(script::tapscript_leaf_version, script.bytes()),
        {{0, script}}};
    const auto output = script::taproot_output_key(internal_key, made_of.merkle_root);
    REQUIRE(output);
    auto psbt = spend_of(script::pay_to_witness(1, output->key.bytes));
    if (example.has_preimage) add_preimage(psbt);
    auto ring = ring_with({}, example.signers);
    ring.taproot.emplace(output->key, made_of);
    CHECK(Spend::sign(psbt, ring, {.finalize = Finalize::no}) == example.is_complete);
    const auto tx = finalize_and_extract(psbt);
    if (example.text.find("pkh") == std::string::npos) CHECK(tx.has_value() == example.is_complete);
}
