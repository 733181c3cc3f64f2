#include <daler/descriptor/descriptor.h>
#include <daler/encoding/hex.h>
#include <daler/encoding/json.h>
#include <daler/primitives/chain_params.h>

#include "keys.h"

#include <test.h>
#include "../support/vectors.h"

using namespace daler;
using namespace daler::descriptor;
using namespace daler::test;

namespace {

const AddressFormat& main_format() {
    static const AddressFormat format = main_params().address;
    return format;
}

Descriptor parse(const std::string& text) {
    auto parsed = Descriptor::parse(text, main_format());
    INFO(text << ": " << (parsed ? "" : parsed.error()));
    REQUIRE(parsed);
    return *parsed;
}

std::vector<std::string> scripts(const std::string& text, std::uint32_t index = 0) {
    const auto made = parse(text).scripts(index);
    REQUIRE(made);
    std::vector<std::string> out;
    for (const auto& script : *made)
        out.push_back(to_hex(script.bytes()));
    return out;
}

std::string address(const std::string& text, std::uint32_t index) {
    const auto made = parse(text).scripts(index);
    REQUIRE(made);
    REQUIRE(made->size() == 1);
    return *encode_address(made->front(), main_format());
}

std::string without_checksum(const std::string& text) {
    return text.substr(0, text.find('#'));
}

/// The master key that BIPs 84 and 86 give addresses for.
std::string bip_master() {
    const auto seed = *from_hex(
        "5eb00bbddcf069084889a8ab9155568165f5c453ccb85e70811aaed6f6da5fc19a5ac40b389cd370d086206dec"
        "8aa6c43daea6690f20ad3d8d48b2d2ce9e38e4");
    return crypto::ExtendedPrivateKey::from_seed(seed)->to_text(main_format().extended_secret);
}

const std::string wif = "L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1";
const std::string uncompressed_wif = "5KYZdUEo39z3FPrtuX2QbbwGnNP5zTd7yyr2SC1j299sBCnWjss";
const std::string xprv =
    "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtR"
    "BeJgk33yuGBxrMPHi";

}  // namespace

TEST_CASE("a checksum is eight characters that catch a changed one", "[descriptor][bip380]") {
    CHECK(checksum("raw(deadbeef)") == "89f8spxm");
    CHECK(checksum("raw(deedbeef)") != "89f8spxm");
    CHECK_FALSE(checksum("raw(\x80)"));
    CHECK(Descriptor::parse("raw(deadbeef)#89f8spxm", main_format()));
}

TEST_CASE("published descriptors give their scripts", "[descriptor][bip381][bip382][bip383]") {
    struct Example {
        std::string text;
        std::string expected;
    };
    const std::vector<Example> examples{
        {"pk(" + wif + ")", "21" + key + "ac"},
        {"pk(" + key + ")", "21" + key + "ac"},
        {"pkh(" + wif + ")", "76a9149a1c78a507689f6f54b847ad1cef1e614ee23f1e88ac"},
        {"pkh([deadbeef/1/2'/3/4']" + key + ")",
         "76a9149a1c78a507689f6f54b847ad1cef1e614ee23f1e88ac"},
        {"wpkh(" + wif + ")", "00149a1c78a507689f6f54b847ad1cef1e614ee23f1e"},
        {"sh(pk(" + key + "))", "a9141857af51a5e516552b3086430fd8ce55f7c1a52487"},
        {"sh(wpkh(" + xprv + "/10/20/30/40/*h))", "a9149a4d9901d6af519b2a23d4a2f51650fcba87ce7b87"},
        {"multi(1," + wif + "," + uncompressed_wif + ")",
         "5121" + key +
             "4104a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd5b8dec5235a0fa872"
             "2476c7709c02559e3aa73aa03918ba2d492eea75abea23552ae"},
        {"tr(" + x_key + ")",
         "512077aab6e066f8a7419c5ab714c12c67d25007ed55a43cadcacb4d7a970a093f11"},
        {"rawtr(" + x_key + ")", "5120" + x_key},
        {"addr(3P14159f73E4gFr7JterCCQh9QjiTjiZrG)",
         "a914e9c3dd0c07aac76179ebc76a6c78d4d67c6c160a87"},
        {"raw(deadbeef)", "deadbeef"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.text);
        CHECK(scripts(example.text) == std::vector<std::string>{example.expected});
    }
}

TEST_CASE("combo is four scripts, or two for an uncompressed key", "[descriptor][bip384]") {
    CHECK(scripts("combo(" + wif + ")") ==
          std::vector<std::string>{"21" + key + "ac",
                                   "76a9149a1c78a507689f6f54b847ad1cef1e614ee23f1e88ac",
                                   "00149a1c78a507689f6f54b847ad1cef1e614ee23f1e",
                                   "a91484ab21b1b2fd065d4504ff693d832434b6108d7b87"});
    CHECK(scripts("combo(" + uncompressed_wif + ")").size() == 2);
}

TEST_CASE("sortedmulti does not depend on the order of its keys", "[descriptor][bip67]") {
    const std::string other = "02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9";
    CHECK(scripts("sh(sortedmulti(1," + key + "," + other + "))") ==
          scripts("sh(sortedmulti(1," + other + "," + key + "))"));
    CHECK(scripts("sh(multi(1," + key + "," + other + "))") !=
          scripts("sh(multi(1," + other + "," + key + "))"));
}

TEST_CASE("BIP 84 gives these segwit addresses", "[descriptor][bip84]") {
    const auto text = "wpkh(" + bip_master() + "/84h/0h/0h";
    CHECK(address(text + "/0/*)", 0) == "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu");
    CHECK(address(text + "/0/*)", 1) == "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g");
    CHECK(address(text + "/1/*)", 0) == "bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el");
}

TEST_CASE("BIP 86 gives these taproot addresses", "[descriptor][bip86]") {
    const auto text = "tr(" + bip_master() + "/86h/0h/0h";
    CHECK(address(text + "/0/*)", 0) ==
          "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr");
    CHECK(address(text + "/0/*)", 1) ==
          "bc1p4qhjn9zdvkux4e44uhx8tc55attvtyu358kutcqkudyccelu0was9fqzwh");
    CHECK(address(text + "/1/*)", 0) ==
          "bc1p3qkhfews2uk44qtvauqyr2ttdsw7svhkl9nkm9s9c3x4ax5h60wqwruhk7");
}

TEST_CASE("the script trees of BIP 341 give their output keys", "[descriptor][bip341][vectors]") {
    const auto file = test::read_vectors("core/bip341_wallet_vectors.json");
    if (!file) return;
    const auto vectors = Json::parse(*file);
    REQUIRE(vectors);
    // Only leaves that are <key> OP_CHECKSIG have a descriptor.
    const std::function<std::optional<std::string>(const Json&)> tree =
        [&](const Json& node) -> std::optional<std::string> {
        if (node.is_array()) {
            const auto left = tree(node[0]);
            const auto right = tree(node[1]);
            if (!left || !right) return std::nullopt;
            return "{" + *left + "," + *right + "}";
        }
        const auto& hex = node.find("script")->as_string();
        const bool is_key = hex.size() == 68 && hex.starts_with("20") && hex.ends_with("ac");
        if (!is_key || *node.find("leafVersion")->as_integer<int>() != 0xc0) return std::nullopt;
        return "pk(" + hex.substr(2, 64) + ")";
    };
    int checked = 0;
    for (const auto& vector : vectors->find("scriptPubKey")->items()) {
        const Json& given = *vector.find("given");
        std::string text = "tr(" + given.find("internalPubkey")->as_string();
        if (const Json& scripts_tree = *given.find("scriptTree"); !scripts_tree.is_null()) {
            const auto inner = tree(scripts_tree);
            if (!inner) continue;
            text += "," + *inner;
        }
        text += ")";
        CAPTURE(text);
        CHECK(scripts(text).front() == vector.find("expected")->find("scriptPubKey")->as_string());
        CHECK(address(text, 0) == vector.find("expected")->find("bip350Address")->as_string());
        CHECK(without_checksum(parse(text).to_text()) == text);
        ++checked;
    }
    CHECK(checked >= 4);
}

TEST_CASE("a descriptor prints as it was written, keys public or private", "[descriptor]") {
    const std::vector<std::pair<std::string, std::string>> examples{
        {"pk(" + wif + ")", "pk(" + key + ")"},
        {"tr(" + wif + ")", "tr(" + x_key + ")"},
        {"wpkh([deadbeef/1'/2]" + xprv + "/3'/4/*)", "wpkh([deadbeef/1'/2]" + xpub + "/3'/4/*)"},
        {"sh(wsh(sortedmulti(2," + xprv + "/0/*h," + key + ")))",
         "sh(wsh(sortedmulti(2," + xpub + "/0/*h," + key + ")))"},
        {"tr(" + wif + ",{pk(" + xprv + "/*),{pk(" + x_key + "),multi_a(1," + x_key + ")}})",
         "tr(" + x_key + ",{pk(" + xpub + "/*),{pk(" + x_key + "),multi_a(1," + x_key + ")}})"},
    };
    for (const auto& [text, expected] : examples) {
        const auto parsed = parse(text);
        CHECK(without_checksum(parsed.to_text()) == expected);
        CHECK(without_checksum(parsed.to_private_text()) == text);
        CHECK(parsed.has_private_keys());
        CHECK_FALSE(parse(expected).has_private_keys());
        CHECK(parsed.id() == parse(expected).id());
    }
}

TEST_CASE("the normalized text needs no private key to derive", "[descriptor]") {
    const auto secret = parse("wpkh(" + xprv + "/84'/1h/0h/0/*)");
    const auto text = secret.to_normalized_text();
    REQUIRE(text);
    CHECK(text->starts_with("wpkh([3442193e/84h/1h/0h]xpub"));
    CHECK(parse(*text).scripts(7) == secret.scripts(7));
    // Without the private key it cannot be made; without hardened steps it is the text itself.
    CHECK_FALSE(parse("wpkh(" + xpub + "/84h/0/*)").to_normalized_text());
    CHECK(without_checksum(*parse("wpkh(" + xpub + "/84/0/*)").to_normalized_text()) ==
          "wpkh(" + xpub + "/84/0/*)");
}

TEST_CASE("hardened steps need the private key", "[descriptor][bip32]") {
    CHECK_FALSE(parse("pkh(" + xpub + "/1h/*)").scripts(0));
    CHECK_FALSE(parse("pkh(" + xpub + "/*h)").scripts(0));
    CHECK(parse("pkh(" + xprv + "/1h/*)").scripts(0));
    CHECK(parse("pkh(" + xprv + "/*h)").scripts(0));
    CHECK(scripts("pkh(" + xprv + "/*h)", 1) == scripts("pkh(" + xprv + "/1h)"));
    CHECK(scripts("pkh(" + xprv + "/*)", 1) == scripts("pkh(" + xpub + "/1)"));
}

TEST_CASE("a descriptor knows its properties", "[descriptor]") {
    CHECK(parse("wpkh(" + xpub + "/*)").is_range());
    CHECK_FALSE(parse("wpkh(" + xpub + "/0)").is_range());
    CHECK_FALSE(parse("raw(00)").is_solvable());
    CHECK_FALSE(parse("combo(" + key + ")").is_single_script());
    CHECK(parse("pkh(" + key + ")").address_type() == AddressType::legacy);
    CHECK(parse("sh(wpkh(" + key + "))").address_type() == AddressType::p2sh_segwit);
    CHECK(parse("wsh(pk(" + key + "))").address_type() == AddressType::bech32);
    CHECK(parse("tr(" + key + ")").address_type() == AddressType::bech32m);
    CHECK_FALSE(parse("pk(" + key + ")").address_type());
    CHECK(parse("multi(1," + wif + "," + key + ")").has_private_keys());
    CHECK_FALSE(parse("multi(1," + wif + "," + key + ")").has_all_private_keys());
    CHECK(parse("multi(1," + wif + "," + wif + ")").has_all_private_keys());
}

TEST_CASE("private keys are taken out of a descriptor and put back", "[descriptor]") {
    const std::string text = GENERATE(
        "wpkh(XPRV/84h/0h/0h/0/*)", "pkh([d34db33f/1h]XPRV/2/*)", "tr(XPRV/86'/*h)", "pkh(WIF)",
        "tr(WIF)", "wsh(multi(2,XPRV/1h/*,KEY))", "rawtr(WIF)", "combo(XPRV/7h)",
        "tr(X_KEY,{pk(XPRV/3h/*),pk(WIF)})", "wsh(and_v(v:pk(XPRV/4h/*h),older(5)))");
    std::string filled = text;
    for (const auto& [name, value] :
         {std::pair<std::string, std::string>{"XPRV", xprv},
          {"WIF", wif},
          {"X_KEY", "50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0"},
          {"KEY", key}}) {
        for (auto at = filled.find(name); at != std::string::npos; at = filled.find(name))
            filled.replace(at, name.size(), value);
    }
    INFO(text);
    const auto whole = parse(filled);
    const auto secrets = whole.private_keys();
    const auto has = [&](const char* name) {
        return text.find(name) != std::string::npos ? 1u : 0u;
    };
    CHECK(secrets.size() == has("XPRV") + has("WIF"));
    const auto stripped = whole.without_private_keys(0, 3);
    CHECK_FALSE(stripped.has_private_keys());
    CHECK(stripped.private_keys().empty());
    CHECK(stripped.to_private_text() == whole.to_text());
    CHECK(stripped.extended_keys() == whole.extended_keys());
    CHECK(whole.extended_keys().size() == has("XPRV"));

    // From the public text and the cache, as a wallet file has them.
    const auto read = parse(whole.to_text()).with_derivation_cache(stripped.derivation_cache());
    REQUIRE(read);
    for (const auto* each : {&stripped, &*read}) {
        CHECK(each->to_text() == whole.to_text());
        CHECK(each->to_normalized_text() == whole.to_normalized_text());
        for (std::uint32_t index = 0; index < 3; ++index)
            CHECK(each->scripts(index) == whole.scripts(index));
        CHECK(each->derivation_cache() == stripped.derivation_cache());
        CHECK(each->with_private_keys(secrets).to_private_text() == whole.to_private_text());
        CHECK(each->with_private_keys({}).to_private_text() == whole.to_text());
    }
    // Hardened steps for each index need the private key.
    const bool is_hardened = text.find("*h") != std::string::npos;
    CHECK(stripped.scripts(3).has_value() == !is_hardened);
    CHECK(read->with_private_keys(secrets).scripts(3) == whole.scripts(3));
}

TEST_CASE("a damaged derivation cache is refused", "[descriptor]") {
    const auto whole = parse("wpkh(" + xprv + "/84h/0h/0h/0/*)");
    const auto open = parse(whole.to_text());
    const auto cache = whole.without_private_keys(0, 0).derivation_cache();
    CHECK(open.with_derivation_cache(cache));
    for (std::size_t size = 0; size < cache.size(); ++size)
        CHECK_FALSE(open.with_derivation_cache(ByteSpan(cache).first(size)));
    auto longer = cache;
    longer.push_back(0);
    CHECK_FALSE(open.with_derivation_cache(longer));
    CHECK_FALSE(parse("pkh(" + key + ")").with_derivation_cache(cache));
}
