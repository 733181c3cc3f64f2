#include <daler/descriptor/addresses.h>
#include <daler/encoding/hex.h>
#include <daler/encoding/json.h>
#include <daler/primitives/chain_params.h>

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
    for (char& c : text)
        if (c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 'a' + 'A');
        else if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
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

TEST_CASE("the addresses of BIP 350 that are valid are read and written",
          "[descriptor][bip173][bip350]") {
    const auto [text, hex] = GENERATE(table<std::string, std::string>({
        {"BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
         "0014751e76e8199196d454941c45d1b3a323f1433bd6"},
        {"tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
         "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262"},
        {"bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
         "5128751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6"},
        {"BC1SW50QGDZ25J", "6002751e"},
        {"bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", "5210751e76e8199196d454941c45d1b3a323"},
        {"tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy",
         "0020000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433"},
        {"tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c",
         "5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433"},
        {"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
         "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"},
    }));
    CAPTURE(text);
    const auto& params = text[0] == 't' ? all_chains()[1] : all_chains()[0];
    const auto script = decode_address(text, params.address);
    REQUIRE(script);
    CHECK(to_hex(script->bytes()) == hex);
    const auto written = encode_address(*script, params.address);
    REQUIRE(written);
    CHECK((*written == text || *written == swap_case(text)));
}

TEST_CASE("the addresses of BIP 350 that are invalid are refused", "[descriptor][bip173][bip350]") {
    for (const std::string text :
         {"tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut",
          "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
          "tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf",
          "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL",
          "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh",
          "tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47",
          "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4",
          "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R", "bc1pw5dgrnzv",
          "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav",
          "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P",
          "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq",
          "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf",
          "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j", "bc1gmk9yu"}) {
        CAPTURE(text);
        for (const auto& params : all_chains())
            CHECK_FALSE(decode_address(text, params.address));
    }
}

TEST_CASE("a base 58 address that begins like the chain's other kind is still read",
          "[descriptor]") {
    auto format = regtest_params().address;
    const std::string text = "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn";
    const auto script = decode_address(text, format);
    REQUIRE(script);
    format.bech32_hrp = "mi";
    CHECK(decode_address(text, format) == script);
    const Script program =
        *decode_address("bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202", regtest_params().address);
    const auto own = encode_address(program, format);
    REQUIRE(own);
    CHECK(own->starts_with("mi1"));
    CHECK(decode_address(*own, format) == program);
    CHECK_FALSE(decode_address(text + "q", format));
}

TEST_CASE("the error for a refused address says why", "[descriptor]") {
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

TEST_CASE("bare keys, data and nonstandard scripts have no address", "[descriptor]") {
    const auto hex = GENERATE("", "6a0401020304", "51",
                              "2103a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd"
                              "ac");
    CHECK_FALSE(encode_address(*from_hex(hex), main_params().address));
}
