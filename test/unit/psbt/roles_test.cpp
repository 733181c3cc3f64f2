#include <daler/psbt/roles.h>
#include <daler/script/interpreter.h>

#include "support.h"

#include <test.h>

using namespace daler;
using namespace daler::psbt;
using namespace daler::psbt::test;

namespace {

constexpr std::int64_t bytes_per_sigop = 20;

const std::string key_c = "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9";

const std::vector<std::string>& kinds() {
    static const std::string many = "(2," + wif_a + "," + wif_b + "," + wif_c + ")";
    static const std::vector<std::string> all{
        "pk(" + wif_a + ")",          "pkh(" + wif_a + ")",
        "wpkh(" + wif_a + ")",        "sh(wpkh(" + wif_a + "))",
        "tr(" + wif_a + ")",          "tr(" + key_c + ",{pk(" + wif_b + "),multi_a" + many + "})",
        "rawtr(" + wif_a + ")",       "multi" + many,
        "sh(multi" + many + ")",      "wsh(multi" + many + ")",
        "sh(wsh(multi" + many + "))", "wsh(pkh(" + wif_a + "))",
    };
    return all;
}

bool is_valid(const Psbt& psbt, const Transaction& tx) {
    const auto hashes = precompute(psbt);
    for (std::uint32_t i = 0; i < tx.inputs.size(); ++i) {
        if (script::verify_input({tx, i, *psbt.spent_output(i), hashes, script::standard_flags}) !=
            script::ScriptError::ok) {
            return false;
        }
    }
    return true;
}

Psbt reread(const Psbt& psbt) {
    return *from_base64(to_base64(psbt));
}

}  // namespace

TEST_CASE("a PSBT of all kinds of inputs goes through all roles", "[psbt]") {
    const Spend spend(kinds());
    auto updated = spend.psbt;
    CHECK_FALSE(Spend::sign(updated, spend.public_keys, {.finalize = Finalize::no}));
    CHECK(analyze(updated, bytes_per_sigop).next == Role::updater);  // pk() leaves name no origin

    // Two signers, who each have one half of the keys, and a combiner.
    std::vector<Psbt> parts;
    for (const auto& wifs : {std::vector{wif_a}, std::vector{wif_b}}) {
        auto part = reread(updated);
        CHECK_FALSE(Spend::sign(part, ring_with({}, wifs), {.finalize = Finalize::no}));
        parts.push_back(reread(part));
    }
    auto combined = parts[0];
    REQUIRE(combined.merge(parts[1]));
    const auto before = analyze(combined, bytes_per_sigop);
    CHECK(before.next == Role::finalizer);
    CHECK(before.fee == Amount{static_cast<std::int64_t>(kinds().size()) * 100'000 - 90'000});

    auto finished = reread(combined);
    const auto tx = finalize_and_extract(finished);
    REQUIRE(tx);
    CHECK(is_valid(finished, *tx));
    finished = reread(finished);
    CHECK(finished.inputs[0].signatures.empty());
    CHECK(finished.inputs[5].leaf_scripts.empty());
    const auto after = analyze(finished, bytes_per_sigop);
    CHECK(after.next == Role::extractor);
    CHECK(after.vsize == seal(*tx)->vsize());
    CHECK(before.vsize == after.vsize);
}

TEST_CASE("every hash type signs", "[psbt]") {
    const std::uint8_t type = GENERATE(script::sighash_all, script::sighash_none,
                                       script::sighash_single, 0x81, 0x82, 0x83);
    for (const auto& text : kinds()) {
        CAPTURE(text, type);
        Spend spend({text});
        CHECK(Spend::sign(spend.psbt, spend.all_keys, {.sighash_type = type}));
        const auto tx = finalize_and_extract(spend.psbt);
        REQUIRE(tx);
        CHECK(is_valid(spend.psbt, *tx));
    }
}

TEST_CASE("only witness inputs are signed without the previous transaction", "[psbt]") {
    for (const auto& text : kinds()) {
        CAPTURE(text);
        Spend spend({text});
        spend.psbt.inputs[0].witness_utxo = spend.previous->outputs[0];
        spend.psbt.inputs[0].non_witness_utxo = nullptr;
        const auto before = to_base64(spend.psbt);
        const bool has_witness =
            text.find("w") == 0 || text.find("sh(w") == 0 || text.find("tr(") != std::string::npos;
        CHECK(Spend::sign(spend.psbt, spend.all_keys) == has_witness);
        CHECK((to_base64(spend.psbt) != before) == has_witness);
    }
}

TEST_CASE("an input whose output is unknown is not changed", "[psbt]") {
    Spend spend({"wpkh(" + wif_a + ")"});
    spend.psbt.inputs[0].non_witness_utxo = nullptr;
    const auto before = to_base64(spend.psbt);
    CHECK_FALSE(Spend::sign(spend.psbt, spend.all_keys));
    CHECK(to_base64(spend.psbt) == before);
    const auto analysis = analyze(spend.psbt, bytes_per_sigop);
    CHECK((analysis.next == Role::updater && !analysis.inputs[0].has_utxo && !analysis.fee));
}

TEST_CASE("a signer keeps the signatures of others", "[psbt]") {
    const std::string many = "(2," + wif_a + "," + wif_b + "," + wif_c + ")";
    Spend spend({"wsh(multi" + many + ")"});
    auto& psbt = spend.psbt;
    Spend::sign(psbt, ring_with(spend.public_keys, {wif_c}),
                {.sighash_type = script::sighash_none, .finalize = Finalize::no});
    const auto first = psbt.inputs[0].signatures;
    REQUIRE(first.size() == 1);
    CHECK(Spend::sign(psbt, spend.all_keys, {.finalize = Finalize::no}));
    CHECK(psbt.inputs[0].signatures.size() == 3);
    CHECK(psbt.inputs[0].signatures.at(first.begin()->first) == first.begin()->second);
}

TEST_CASE("combining keeps fields of unknown types and of other programs", "[psbt]") {
    const Spend spend({"wpkh(" + wif_a + ")"});
    auto other = spend.psbt;
    const UnknownFields unknown{{{0xe0}, {1}}};
    const ProprietaryFields proprietary{{{0xfc, 1, 'a', 5}, {{'a'}, 5, {2}}}};
    other.unknown = other.inputs[0].unknown = other.outputs[0].unknown = unknown;
    other.proprietary = other.inputs[0].proprietary = other.outputs[0].proprietary = proprietary;
    auto combined = spend.psbt;
    REQUIRE(combined.merge(other));
    CHECK(to_base64(combined) == to_base64(other));
}

TEST_CASE("previous transactions are dropped if all inputs are taproot", "[psbt]") {
    Spend taproot({"tr(" + wif_a + ")", "rawtr(" + wif_b + ")"});
    Spend::sign(taproot.psbt, taproot.public_keys, {.finalize = Finalize::no});
    auto kept = taproot.psbt;
    drop_unneeded_transactions(kept, script::sighash_all | script::sighash_anyonecanpay);
    CHECK(kept.inputs[0].non_witness_utxo);
    drop_unneeded_transactions(taproot.psbt, script::sighash_all);
    CHECK_FALSE(taproot.psbt.inputs[0].non_witness_utxo);
    CHECK(Spend::sign(taproot.psbt, taproot.all_keys));

    Spend mixed({"tr(" + wif_a + ")", "wpkh(" + wif_b + ")"});
    Spend::sign(mixed.psbt, mixed.public_keys, {.finalize = Finalize::no});
    drop_unneeded_transactions(mixed.psbt, script::sighash_all);
    CHECK(mixed.psbt.inputs[0].non_witness_utxo);
}

TEST_CASE("an output gets scripts, origins and tree of its descriptor", "[psbt]") {
    Spend tree({"tr(" + wif_a + ",{pk(" + wif_b + "),{pk(" + wif_c + "),pk(" + wif_b + ")}})"});
    update_output(tree.psbt, 0, tree.all_keys);
    const auto output = reread(tree.psbt).outputs[0];
    REQUIRE(output.tree.size() == 3);
    CHECK((output.tree[0].depth == 2 && output.tree[2].depth == 1));
    CHECK(output.internal_key == descriptor::decode_wif(wif_a, format())->key.x_only());
    CHECK(output.taproot_origins.size() == 3);

    Spend wrapped({"sh(wsh(multi(1," + wif_a + "," + wif_b + ")))"});
    update_output(wrapped.psbt, 0, wrapped.all_keys);
    CHECK_FALSE(wrapped.psbt.outputs[0].redeem_script.empty());
    CHECK_FALSE(wrapped.psbt.outputs[0].witness_script.empty());
    CHECK(wrapped.psbt.outputs[0].origins.size() == 2);
}

TEST_CASE("PSBTs of different transactions are joined, not combined", "[psbt]") {
    Spend first({"wpkh(" + wif_a + ")", "pkh(" + wif_b + ")"});
    Spend second({"tr(" + wif_c + ")"});
    CHECK_FALSE(first.psbt.merge(second.psbt));
    second.psbt.tx.version = 3;
    second.psbt.tx.lock_time = 9;
    Spend::sign(first.psbt, first.all_keys);
    const auto joined = join(std::vector{first.psbt, second.psbt});
    REQUIRE(joined);
    CHECK((joined->inputs.size() == 3 && joined->outputs.size() == 2));
    CHECK((joined->tx.version == 3 && joined->tx.lock_time == 0));
    CHECK_FALSE(joined->inputs[0].is_final());
    const auto moved =
        reordered(*joined, std::vector<std::size_t>{2, 0, 1}, std::vector<std::size_t>{1, 0});
    CHECK(moved.tx.inputs[0] == joined->tx.inputs[2]);
    CHECK(moved.spent_output(1)->script_pubkey == joined->spent_output(0)->script_pubkey);

    const auto twice = join(std::vector{first.psbt, first.psbt});
    REQUIRE_FALSE(twice);
    CHECK(twice.error() == first.psbt.tx.inputs[0].prevout);
}

TEST_CASE("the analysis refuses amounts that cannot be", "[psbt]") {
    Spend spend({"wpkh(" + wif_a + ")"});
    auto wrong = spend.psbt;
    wrong.tx.outputs[0].value = Amount{max_money.satoshis() + 1};
    auto analysis = analyze(wrong, bytes_per_sigop);
    CHECK(analysis.error == "PSBT is not valid. Output amount invalid");
    CHECK((analysis.next == Role::creator && analysis.inputs.empty()));
    wrong = spend.psbt;
    wrong.inputs[0].non_witness_utxo = nullptr;
    wrong.inputs[0].witness_utxo = TxOutput{Amount{-2}, Script(Bytes{0x51})};
    CHECK(analyze(wrong, bytes_per_sigop).error == "PSBT is not valid. Input 0 has invalid value");
    wrong.inputs[0].witness_utxo = TxOutput{Amount{2}, Script(Bytes{0x6a})};
    CHECK(analyze(wrong, bytes_per_sigop).error ==
          "PSBT is not valid. Input 0 spends unspendable output");
}
