#include <daler/descriptor/addresses.h>
#include <daler/encoding/hex.h>
#include <daler/encoding/json.h>

#include <test.h>
#include "../support/vectors.h"

using namespace daler;
using namespace daler::descriptor;

namespace {

const std::vector<ChainParams>& all_chains() {
    static const std::vector<ChainParams> chains{main_params(), test_params(), testnet4_params(),
                                                 signet_params(), regtest_params()};
    return chains;
}

std::string swap_case(std::string text) {
    for (char& c : text) {
        if (c >= 'a' && c <= 'z') {
            c = static_cast<char>(c - 'a' + 'A');
        } else if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        }
    }
    return text;
}

void check_key(const std::string& text, const std::string& hex, bool compressed,
               const AddressFormat& format) {
    const auto key = decode_wif(text, format);
    REQUIRE(key);
    CHECK(to_hex(key->key.bytes()) == hex);
    CHECK(key->compressed == compressed);
    CHECK(encode_wif(*key, format) == text);
    CHECK_FALSE(decode_address(text, format));
}

void check_address(const std::string& text, const std::string& hex, const AddressFormat& format) {
    const auto script = decode_address(text, format);
    REQUIRE(script);
    CHECK(to_hex(script->bytes()) == hex);
    CHECK(encode_address(*script, format) == text);
    CHECK_FALSE(decode_wif(text, format));
}

std::string message(std::string_view text, const ChainParams& params) {
    const auto decoded = decode_address(text, params.address);
    return decoded ? "valid" : decoded.error().message;
}

}  // namespace

TEST_CASE("the published addresses and keys are read and written", "[descriptor][vectors]") {
    const auto file = test::read_vectors("core/key_io_valid.json");
    if (!file) return;
    const auto vectors = Json::parse(*file);
    REQUIRE(vectors);
    REQUIRE(vectors->size() == 70);
    for (const auto& vector : vectors->items()) {
        const auto& text = vector[0].as_string();
        const auto& hex = vector[1].as_string();
        const Json& meta = vector[2];
        CAPTURE(text);
        const auto params = params_by_name(meta.find("chain")->as_string());
        REQUIRE(params);
        if (meta.find("isPrivkey")->as_bool()) {
            check_key(text, hex, meta.find("isCompressed")->as_bool(), params->address);
            continue;
        }
        check_address(text, hex, params->address);
        const Json* flip = meta.find("tryCaseFlip");
        CHECK(decode_address(swap_case(text), params->address).has_value() ==
              (flip && flip->as_bool()));
    }
}

TEST_CASE("the published bad addresses are refused on every chain", "[descriptor][vectors]") {
    const auto file = test::read_vectors("core/key_io_invalid.json");
    if (!file) return;
    const auto vectors = Json::parse(*file);
    REQUIRE(vectors);
    REQUIRE(vectors->size() == 70);
    for (const auto& vector : vectors->items()) {
        const auto& text = vector[0].as_string();
        CAPTURE(text);
        for (const auto& params : all_chains()) {
            CHECK_FALSE(decode_address(text, params.address));
            CHECK_FALSE(decode_wif(text, params.address));
        }
    }
}

TEST_CASE("a refused address says why", "[descriptor]") {
    struct Example {
        std::string_view text;
        std::string_view expected;
    };
    const auto example = GENERATE(values<Example>({
        {"not an address", "Invalid or unsupported Segwit (Bech32) or Base58 encoding."},
        {"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
         "Invalid or unsupported Segwit (Bech32) or Base58 encoding."},
        {"17VZNX1SN5NtKa8UQFxwQbFeFc3iqRYhem", "Invalid or unsupported Base58-encoded address."},
        {"mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfm",
         "Invalid checksum or length of Base58 address (P2PKH or P2SH)"},
        {"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", "valid"},
        {"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt08q", "Invalid Bech32 checksum"},
    }));
    CAPTURE(example.text);
    CHECK(message(example.text, regtest_params()) == example.expected);
}

TEST_CASE("a witness address of another chain names both prefixes", "[descriptor]") {
    CHECK(message("bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", main_params()) ==
          "Invalid or unsupported prefix for Segwit (Bech32) address (expected bc, got bcrt).");
}

TEST_CASE("pay to anchor has an address", "[descriptor]") {
    const auto script = decode_address("bcrt1pfeesnyr2tx", regtest_params().address);
    REQUIRE(script);
    CHECK(to_hex(script->bytes()) == "51024e73");
    CHECK(encode_address(*script, regtest_params().address) == "bcrt1pfeesnyr2tx");
}

TEST_CASE("scripts without an address have none", "[descriptor]") {
    const auto hex = GENERATE("", "6a0401020304", "51",
                              "2103a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd"
                              "ac");
    CHECK_FALSE(encode_address(*from_hex(hex), main_params().address));
}
