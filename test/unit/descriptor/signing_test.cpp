#include <daler/descriptor/descriptor.h>
#include <daler/descriptor/signing.h>
#include <daler/primitives/chain_params.h>
#include <daler/script/interpreter.h>
#include <daler/script/opcodes.h>
#include <daler/script/script_reader.h>
#include <daler/script/standard.h>

#include <test.h>

using namespace daler;
using namespace daler::descriptor;

namespace {

const std::string wif_a = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA";  // secret 1
const std::string wif_b = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87K7XCyj5v";  // secret 2
const std::string wif_c = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87KcLPVfXz";  // secret 3

AddressFormat format() {
    return regtest_params().address;
}

/// A transaction that spends the first script of a descriptor.
struct Spend {
    explicit Spend(const std::string& text) {
        const auto descriptor = *Descriptor::parse(text, format());
        coin = {Amount{100'000}, descriptor.scripts(0)->front()};
        all_keys = *descriptor.key_ring(0, Descriptor::Secrets::include);
        no_keys = *descriptor.key_ring(0, Descriptor::Secrets::exclude);
        tx.inputs.resize(1);
        tx.inputs[0].prevout = {Txid{{7}}, 0};
        tx.outputs.push_back({Amount{90'000}, coin.script_pubkey});
    }

    bool sign(const KeyRing& ring, std::uint8_t type = script::sighash_default) {
        const script::PrecomputedHashes hashes(tx, std::vector{coin});
        return sign_input(tx, 0, coin, hashes, ring, type);
    }

    [[nodiscard]] script::ScriptError verify() const {
        const script::PrecomputedHashes hashes(tx, std::vector{coin});
        return script::verify_input({tx, 0, coin, hashes, script::standard_flags});
    }

    [[nodiscard]] std::int64_t input_weight() const {
        const auto& input = tx.inputs[0];
        std::size_t witness = compact_size_length(input.witness.size());
        for (const auto& item : input.witness)
            witness += compact_size_length(item.size()) + item.size();
        const auto size = input.script_sig.size();
        return static_cast<std::int64_t>(4 * (40 + compact_size_length(size) + size) + witness);
    }

    TxOutput coin;
    KeyRing all_keys, no_keys;
    Transaction tx;
};

KeyRing only(const Spend& spend, const std::string& wif) {
    KeyRing ring = spend.no_keys;
    ring.add_secret(*decode_wif(wif, format()));
    return ring;
}

const std::vector<std::string>& spendable_descriptors() {
    static const std::vector<std::string> all{
        "pk(" + wif_a + ")",
        "pkh(" + wif_a + ")",
        "wpkh(" + wif_a + ")",
        "sh(wpkh(" + wif_a + "))",
        "tr(" + wif_a + ")",
        "tr(" + wif_a + ",{pk(" + wif_b + "),pk(" + wif_c + ")})",
        "rawtr(" + wif_a + ")",
        "multi(2," + wif_a + "," + wif_b + "," + wif_c + ")",
        "sh(multi(2," + wif_a + "," + wif_b + "," + wif_c + "))",
        "wsh(multi(2," + wif_a + "," + wif_b + "," + wif_c + "))",
        "sh(wsh(multi(2," + wif_a + "," + wif_b + "," + wif_c + ")))",
        "wsh(pkh(" + wif_a + "))",
        "sh(pk(" + wif_a + "))",
    };
    return all;
}

}  // namespace

TEST_CASE("the interpreter accepts the signed inputs of every kind", "[descriptor]") {
    for (const auto& text : spendable_descriptors()) {
        CAPTURE(text);
        Spend spend(text);
        CHECK(spend.verify() != script::ScriptError::ok);
        CHECK_FALSE(spend.sign(spend.no_keys));
        CHECK(spend.sign(spend.all_keys));
        CHECK(spend.verify() == script::ScriptError::ok);
    }
}

TEST_CASE("every hash type signs", "[descriptor]") {
    const std::uint8_t type = GENERATE(script::sighash_all, script::sighash_none,
                                       script::sighash_single, 0x81, 0x82, 0x83);
    for (const auto& text : spendable_descriptors()) {
        CAPTURE(text, type);
        Spend spend(text);
        CHECK(spend.sign(spend.all_keys, type));
        CHECK(spend.verify() == script::ScriptError::ok);
    }
}

TEST_CASE("the estimated weight is enough and only a little more", "[descriptor]") {
    for (const auto& text : spendable_descriptors()) {
        CAPTURE(text);
        Spend spend(text);
        REQUIRE(spend.sign(spend.all_keys));
        const auto estimate = signed_input_weight(spend.coin.script_pubkey, spend.no_keys);
        REQUIRE(estimate);
        CHECK(*estimate >= spend.input_weight());
        CHECK(*estimate <= spend.input_weight() + 24);
    }
    const Spend spend("wpkh(" + wif_a + ")");
    CHECK(signed_input_weight(spend.coin.script_pubkey, spend.no_keys) == 271);
    CHECK_FALSE(signed_input_weight(spend.coin.script_pubkey, {}));
}

TEST_CASE("two signers complete a multisig in either order", "[descriptor]") {
    const std::string keys = "(2," + wif_a + "," + wif_b + "," + wif_c + ")";
    for (const auto& text : {"multi" + keys, "sh(multi" + keys + ")", "wsh(multi" + keys + ")",
                             "sh(wsh(multi" + keys + "))"}) {
        for (const auto& [first, second] :
             {std::pair{wif_a, wif_c}, std::pair{wif_c, wif_a}, std::pair{wif_c, wif_b}}) {
            CAPTURE(text, first, second);
            Spend spend(text);
            CHECK_FALSE(spend.sign(only(spend, first)));
            CHECK(spend.verify() != script::ScriptError::ok);
            // The second signer does not need the scripts: the input has them.
            KeyRing ring;
            ring.add_secret(*decode_wif(second, format()));
            CHECK(spend.sign(ring));
            CHECK(spend.verify() == script::ScriptError::ok);
        }
    }
}

TEST_CASE("an existing signature stays", "[descriptor]") {
    for (const auto& text : {"pkh(" + wif_a + ")", "wpkh(" + wif_a + ")", "pk(" + wif_a + ")"}) {
        Spend spend(text);
        REQUIRE(spend.sign(spend.all_keys));
        const auto signed_tx = spend.tx;
        CHECK(spend.sign({}));
        CHECK(spend.tx == signed_tx);
    }
}

TEST_CASE("an input that verifies is not changed by other keys and hash types", "[descriptor]") {
    for (const auto& text : spendable_descriptors()) {
        CAPTURE(text);
        Spend spend(text);
        REQUIRE(spend.sign(spend.all_keys, script::sighash_single | script::sighash_anyonecanpay));
        const auto signed_tx = spend.tx;
        CHECK(spend.sign(spend.all_keys, script::sighash_all));
        CHECK(spend.tx == signed_tx);
    }
}

TEST_CASE("a valid signature is not replaced by those of other keys", "[descriptor]") {
    const std::string keys = "(2," + wif_a + "," + wif_b + "," + wif_c + ")";
    for (const auto& text : {"multi" + keys, "sh(multi" + keys + ")", "wsh(multi" + keys + ")"}) {
        CAPTURE(text);
        Spend spend(text);
        REQUIRE_FALSE(spend.sign(only(spend, wif_c), script::sighash_none));
        const auto half = spend.tx.inputs[0];
        Bytes given = half.witness.empty() ? Bytes{} : half.witness.at(1);
        if (given.empty()) {
            script::ScriptReader reader(half.script_sig.bytes());
            (void)reader.next();
            const auto pushed = reader.next()->data;
            given.assign(pushed.begin(), pushed.end());
        }
        KeyRing others = only(spend, wif_a);
        others.add_secret(*decode_wif(wif_b, format()));
        CHECK(spend.sign(others));
        const auto& input = spend.tx.inputs[0];
        const auto& script_sig = input.script_sig.bytes();
        CHECK((std::ranges::find(input.witness, given) != input.witness.end() ||
               !std::ranges::search(script_sig, given).empty()));
    }
}

TEST_CASE("inputs with unknown scripts keep their contents", "[descriptor]") {
    // A preimage, then a signature.
    Script inner(Bytes{script::op_sha256});
    script::push(inner, crypto::sha256(as_bytes("preimage")));
    inner.append(script::op_equalverify);
    const auto key = decode_wif(wif_a, format())->public_key();
    const Script pay_to_key = script::pay_to_pubkey(key);
    for (const auto byte : pay_to_key.bytes())
        inner.append(byte);
    const Bytes preimage(8, 1);
    const Bytes pushed(inner.bytes().begin(), inner.bytes().end());

    Spend spend("wpkh(" + wif_a + ")");
    KeyRing ring = spend.all_keys;
    ring.add_script(inner);
    spend.coin.script_pubkey = script::pay_to_witness(0, crypto::sha256(inner.bytes()));
    CHECK_FALSE(spend.sign(ring));
    CHECK(spend.tx.inputs[0].witness == Witness{pushed});
    spend.tx.inputs[0].witness = {preimage, pushed};
    CHECK_FALSE(spend.sign(ring));
    CHECK(spend.tx.inputs[0].witness == Witness{preimage, pushed});

    spend.tx.inputs[0].witness.clear();
    spend.coin.script_pubkey = script::pay_to_script_hash(crypto::hash160(inner.bytes()));
    script::push(spend.tx.inputs[0].script_sig, preimage);
    script::push(spend.tx.inputs[0].script_sig, pushed);
    const auto before = spend.tx;
    CHECK_FALSE(spend.sign(ring));
    CHECK(spend.tx == before);
    CHECK_FALSE(spend.sign(spend.all_keys));
    CHECK(spend.tx == before);
}

TEST_CASE("a witness script that anyone can satisfy is enough", "[descriptor]") {
    const Script open(Bytes{script::op_1});
    Spend spend("wpkh(" + wif_a + ")");
    KeyRing ring = spend.no_keys;
    ring.add_script(open);
    spend.coin.script_pubkey = script::pay_to_witness(0, crypto::sha256(open.bytes()));
    CHECK(spend.sign(ring));
    CHECK(spend.tx.inputs[0].witness == Witness{Bytes{script::op_1}});
}

TEST_CASE("SIGHASH_SINGLE does not sign if its output does not exist", "[descriptor]") {
    for (const auto& text : spendable_descriptors()) {
        CAPTURE(text);
        Spend spend(text);
        spend.tx.outputs.clear();
        CHECK_FALSE(spend.sign(spend.all_keys, script::sighash_single));
        CHECK(spend.tx.inputs[0].witness.empty());
        CHECK(spend.tx.inputs[0].script_sig.empty());
    }
}

TEST_CASE("leaves are signed if the internal key is unknown", "[descriptor]") {
    const std::string key_a = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    const std::string key_c = "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9";
    const std::string key_d = "e493dbf1c10d80f3581e4904930b1404cc6c13900ee0758474fa94abe8c4cd13";
    struct Example {
        std::string tree;
        std::size_t items;         ///< of the witness
        std::size_t control_size;  ///< bytes of its last item
    };
    const auto example = GENERATE_COPY(values<Example>({
        {"pk(" + wif_b + ")", 3, 33},
        {"{pk(" + key_c + "),pk(" + wif_b + ")}", 3, 65},
        // The shorter path to the same script, and the smaller of two scripts.
        {"{{pk(" + wif_b + "),pk(" + key_c + ")},pk(" + wif_b + ")}", 3, 65},
        {"{multi_a(1," + key_c + "," + wif_b + "),{pk(" + key_c + "),pk(" + key_c + ")}}", 4, 65},
        {"multi_a(2," + wif_b + "," + key_d + "," + wif_c + ")", 5, 33},
        {"sortedmulti_a(2," + wif_c + "," + key_d + "," + wif_b + ")", 5, 33},
    }));
    CAPTURE(example.tree);
    const std::string text = "tr(" + key_a + "," + example.tree + ")";
    for (const std::uint8_t type : Bytes{0x00, 0x01, 0x83}) {
        Spend spend(text);
        CHECK_FALSE(spend.sign(spend.no_keys, type));
        CHECK(spend.tx.inputs[0].witness.empty());
        CHECK(spend.sign(spend.all_keys, type));
        const auto& witness = spend.tx.inputs[0].witness;
        CHECK(witness.size() == example.items);
        CHECK(witness.back().size() == example.control_size);
        const auto estimate = signed_input_weight(spend.coin.script_pubkey, spend.all_keys);
        if (type == script::sighash_default) CHECK(estimate == spend.input_weight());
    }
}

TEST_CASE("P2WPKH in P2SH is not signed if only the key is known", "[descriptor]") {
    Spend spend("sh(wpkh(" + wif_a + "))");
    KeyRing ring;
    ring.add_secret(*decode_wif(wif_a, format()));
    CHECK_FALSE(spend.sign(ring));
    CHECK(spend.tx.inputs[0].script_sig.empty());
    CHECK(spend.sign(only(spend, wif_a)));
}
