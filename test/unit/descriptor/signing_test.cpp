#include <daler/descriptor/descriptor.h>
#include <daler/descriptor/signing.h>
#include <daler/script/interpreter.h>

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
        for (const auto& item : input.witness) {
            witness += compact_size_length(item.size()) + item.size();
        }
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

TEST_CASE("inputs of every kind are signed so that the interpreter agrees", "[descriptor]") {
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

TEST_CASE("the estimated weight is enough and hardly more", "[descriptor]") {
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

TEST_CASE("two signers of a multisig complete each other's work in any order", "[descriptor]") {
    const std::string keys = "(2," + wif_a + "," + wif_b + "," + wif_c + ")";
    for (const auto& text : {"multi" + keys, "sh(multi" + keys + ")", "wsh(multi" + keys + ")",
                             "sh(wsh(multi" + keys + "))"}) {
        for (const auto& [first, second] :
             {std::pair{wif_a, wif_c}, std::pair{wif_c, wif_a}, std::pair{wif_c, wif_b}}) {
            CAPTURE(text, first, second);
            Spend spend(text);
            CHECK_FALSE(spend.sign(only(spend, first)));
            CHECK(spend.verify() != script::ScriptError::ok);
            // The second signer need not know the scripts: the input carries them.
            KeyRing ring;
            ring.add_secret(*decode_wif(second, format()));
            CHECK(spend.sign(ring));
            CHECK(spend.verify() == script::ScriptError::ok);
        }
    }
}

TEST_CASE("a signature that is there stays", "[descriptor]") {
    for (const auto& text : {"pkh(" + wif_a + ")", "wpkh(" + wif_a + ")", "pk(" + wif_a + ")"}) {
        Spend spend(text);
        REQUIRE(spend.sign(spend.all_keys));
        const auto signed_tx = spend.tx;
        CHECK(spend.sign({}));
        CHECK(spend.tx == signed_tx);
    }
}
