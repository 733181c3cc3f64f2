// Each field of a chain file is in four lists: set, wrong, part of the rules, documented. The
// names of the fields come from an error message of the program, so a test here fails if a list
// lacks one.
#include "chain_files.h"

#include <daler/encoding/hex.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

using namespace daler;
using namespace daler::config;
using namespace daler::config::test;

namespace {

/// The fields that a chain file may have.
std::set<std::string> known_fields() {
    constexpr std::string_view before = "the fields are ";
    std::string text = refusal_of(R"({"no such field":0})");
    text.erase(0, text.find(before) + before.size());
    std::set<std::string> out;
    std::istringstream words(text);
    for (std::string word; words >> word;)
        out.insert(word.substr(0, word.find(',')));
    REQUIRE(out.contains("name"));
    return out;
}

std::set<std::string> fields_of(std::string_view text) {
    const auto object = Json::parse(text);
    REQUIRE(object);
    std::set<std::string> out;
    for (const auto& member : object->members())
        out.insert(member.key);
    return out;
}

/// Every field with a value that is not its default.
constexpr std::string_view all_fields = R"({
        "name": "my-chain2", "port": 1, "rpcport": 65535, "magic": "01020aFF",
        "bech32_hrp": "x1", "pubkey_hash_prefix": 0, "script_hash_prefix": 255,
        "secret_key_prefix": 7, "extended_public_prefix": "01020304",
        "extended_secret_prefix": "01020305",
        "pow_limit": "00ff000000000000000000000000000000000000000000000000000000000000",
        "retarget_rule": "testnet4", "block_spacing": 15, "retarget_window": 40,
        "initial_subsidy": 12.5, "halving_interval": 1000, "coinbase_maturity": 1,
        "bip34_height": 2, "bip65_height": 3, "bip66_height": 4, "csv_height": 5,
        "segwit_height": 6,
        "genesis_message": "Grüße", "genesis_time": 4294967295, "genesis_bits": "1f00ff00",
        "genesis_reward": 1e-8, "signet_challenge": "51"})";

struct Wrong {
    std::string text;
    std::string error;  ///< its beginning
};

const std::vector<Wrong> wrong_files{
    {"", "not JSON: "},
    {"[]", "an object of fields is expected"},
    {R"({"nam":"a"})", "\"nam\" is not a field of a chain; the fields are name, port, "},
    {R"({"port":1,"port":2})", "\"port\" appears twice"},
    {R"({"name":"Main"})", "\"name\" must be 1 to 32 of a-z, 0-9 and -, a letter first"},
    {R"({"name":"regtest"})", "\"name\" must be"},
    {R"({"name":"blocks"})", "\"name\" must be"},
    {R"({"name":"../x"})", "\"name\" must be"},
    {R"({"name":""})", "\"name\" must be"},
    {R"({"name":7})", "\"name\" must be"},
    {R"({"port":0})", "\"port\" must be a whole number from 1 to 65535, not 0"},
    {R"({"port":65536})", "\"port\" must be a whole number from 1 to 65535, not 65536"},
    {R"({"port":"1"})", "\"port\" must be a whole number from 1 to 65535, not \"1\""},
    {R"({"port":1.5})", "\"port\" must be a whole number from 1 to 65535, not 1.5"},
    {R"({"port":5,"rpcport":5})", "\"rpcport\" must be different from \"port\", not 5"},
    {R"({"magic":"0102"})", "\"magic\" must be 8 hex digits in quotes, not \"0102\""},
    {R"({"magic":"f9beb4d9"})", "\"magic\" must be different from that of a public chain"},
    {R"({"magic":"fabfb5da"})", "\"magic\" must be different from that of a public chain"},
    {R"({"bech32_hrp":"Bc"})", "\"bech32_hrp\" must be 1 to 16 lower-case letters and digits"},
    {R"({"bech32_hrp":"aaaaaaaaaaaaaaaaa"})", "\"bech32_hrp\" must be"},
    {R"({"pubkey_hash_prefix":256})", "\"pubkey_hash_prefix\" must be a whole number from 0"},
    {R"({"pubkey_hash_prefix":196})",
     "\"script_hash_prefix\" must be different from \"pubkey_hash_prefix\", not its default"},
    {R"({"extended_secret_prefix":"043587cf"})",
     "\"extended_secret_prefix\" must be different from \"extended_public_prefix\""},
    {R"({"pow_limit":"8000000000000000000000000000000000000000000000000000000000000000"})",
     "\"pow_limit\" must be 1 to 64 hex digits in quotes, from 00000040"},
    {R"({"pow_limit":"0000003fffffffffffffffffffffffffffffffffffffffffffffffffffffffff"})",
     "\"pow_limit\" must be"},
    {R"({"retarget_rule":"regtest"})",
     R"("retarget_rule" must be one of "bitcoin", "testnet", "testnet4", "none", not "regtest")"},
    {R"({"block_spacing":0})", "\"block_spacing\" must be a whole number from 1 to 86400"},
    {R"({"block_spacing":86401})", "\"block_spacing\" must be"},
    {R"({"retarget_window":3})", "\"retarget_window\" must be a whole number from 4 to 1000000"},
    {R"({"retarget_window":1000001})", "\"retarget_window\" must be"},
    {R"({"initial_subsidy":50.00000001})",
     "\"initial_subsidy\" must be at most 50.00000000 with 210000 blocks between"},
    {R"({"initial_subsidy":-1})",
     "\"initial_subsidy\" must be a number of coins from 0 to "
     "21000000.00000000 with at most eight decimals, not -1"},
    {R"({"initial_subsidy":0.000000001})", "\"initial_subsidy\" must be a number of coins"},
    {R"({"initial_subsidy":"1"})", "\"initial_subsidy\" must be a number of coins"},
    {R"({"halving_interval":0})", "\"halving_interval\" must be a whole number from 1"},
    {R"({"coinbase_maturity":0})", "\"coinbase_maturity\" must be a whole number from 1 to "},
    {R"({"script_hash_prefix":-1})", "\"script_hash_prefix\" must be a whole number from 0"},
    {R"({"secret_key_prefix":256})", "\"secret_key_prefix\" must be a whole number from 0"},
    {R"({"extended_public_prefix":"04"})", "\"extended_public_prefix\" must be 8 hex digits"},
    {R"({"bip34_height":-1})", "\"bip34_height\" must be a whole number from 0 to "},
    {R"({"bip65_height":-1})", "\"bip65_height\" must be a whole number from 0 to "},
    {R"({"bip66_height":-1})", "\"bip66_height\" must be a whole number from 0 to "},
    {R"({"segwit_height":-1})", "\"segwit_height\" must be a whole number from 0 to "},
    {R"({"csv_height":2147483647})", "\"csv_height\" must be a whole number from 0 to "},
    {R"({"genesis_message":""})", "\"genesis_message\" must be 1 to 91 bytes of text"},
    {R"({"genesis_message":"a\nb"})", "\"genesis_message\" must be"},
    {R"({"genesis_time":0})", "\"genesis_time\" must be a whole number from 1 to 4294967295"},
    {R"({"genesis_time":4294967296})", "\"genesis_time\" must be"},
    {R"({"genesis_bits":"1d00ffff"})", "\"genesis_bits\" must be a target in compact form"},
    {R"({"genesis_bits":"1d3fffff"})", "\"genesis_bits\" must be"},
    {R"({"genesis_bits":"21008000"})", "\"genesis_bits\" must be"},
    {R"({"genesis_bits":"20ffffff"})", "\"genesis_bits\" must be"},
    {R"({"genesis_reward":21000001})", "\"genesis_reward\" must be a number of coins"},
    {R"({"signet_challenge":"5"})", "\"signet_challenge\" must be at most 20000 hex digits"},
};

/// Each changes one rule.
const std::vector<std::string> changed_rules{
    R"({"bech32_hrp":"a"})",
    R"({"pubkey_hash_prefix":1})",
    R"({"script_hash_prefix":1})",
    R"({"secret_key_prefix":1})",
    R"({"extended_public_prefix":"00000000"})",
    R"({"extended_secret_prefix":"00000000"})",
    R"({"pow_limit":"00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"})",
    R"({"retarget_rule":"none"})",
    R"({"retarget_rule":"testnet"})",
    R"({"block_spacing":1})",
    R"({"retarget_window":10})",
    R"({"initial_subsidy":1})",
    R"({"halving_interval":9})",
    R"({"coinbase_maturity":9})",
    R"({"bip34_height":9})",
    R"({"bip65_height":9})",
    R"({"bip66_height":9})",
    R"({"csv_height":9})",
    R"({"segwit_height":9})",
    R"({"genesis_message":"m"})",
    R"({"genesis_time":9})",
    R"({"genesis_bits":"2000ffff"})",
    R"({"genesis_reward":9})",
    R"({"signet_challenge":"51"})"};

/// Fields in which two nodes of one chain may differ, and the magic.
const std::set<std::string> no_rules{"name", "port", "rpcport", "magic"};

}  // namespace

TEST_CASE("every field of a chain file reaches the chain", "[config][chainfile]") {
    CHECK(fields_of(all_fields) == known_fields());
    const auto params = parsed(std::string(all_fields)).params;
    CHECK(params.name == "my-chain2");
    CHECK(params.folder == "my-chain2");
    CHECK(params.p2p_port == 1);
    CHECK(params.rpc_port == 65535);
    CHECK(to_hex(params.magic) == "01020aff");
    CHECK(params.address.bech32_hrp == "x1");
    CHECK(params.address.pubkey_hash == 0);
    CHECK(params.address.script_hash == 255);
    CHECK(params.address.secret_key == 7);
    CHECK(to_hex(params.address.extended_public) == "01020304");
    CHECK(to_hex(params.address.extended_secret) == "01020305");
    CHECK(params.pow_limit.bit_length() == 248);
    CHECK(params.retarget.min_difficulty_blocks);
    CHECK(params.retarget.from_first_block);
    CHECK(params.retarget.timewarp_protection);
    CHECK(params.retarget.spacing == std::chrono::seconds{15});
    CHECK(params.retarget.window == 40);
    CHECK(params.version_bits_threshold == 30);
    CHECK(params.initial_subsidy == Amount{1'250'000'000});
    CHECK(params.halving_interval == 1000);
    CHECK(params.coinbase_maturity == 1);
    CHECK(params.activation.bip34 == 2);
    CHECK(params.activation.bip65 == 3);
    CHECK(params.activation.bip66 == 4);
    CHECK(params.activation.csv == 5);
    CHECK(params.activation.segwit == 6);
    CHECK(params.genesis->header.time == 4294967295);
    CHECK(params.genesis->header.bits == 0x1f00ff00);
    CHECK(params.genesis->transactions[0]->outputs[0].value == Amount{1});
    const auto script = params.genesis->transactions[0]->inputs[0].script_sig.bytes();
    CHECK(as_text(script).ends_with("Grüße"));
}

TEST_CASE("the error for a wrong field names it and says what is allowed", "[config][chainfile]") {
    for (const auto& [text, error] : wrong_files) {
        const auto refusal = refusal_of(text);
        CAPTURE(text, refusal);
        CHECK(refusal.starts_with(error));
    }
}

TEST_CASE("every field of a chain file has values that are refused", "[config][chainfile]") {
    for (const auto& field : known_fields()) {
        CAPTURE(field);
        CHECK(std::ranges::any_of(wrong_files, [&](const Wrong& wrong) {
            return wrong.error.starts_with('"' + field + "\" must be ");
        }));
    }
}

TEST_CASE("the magic depends on the rules, not on name and ports", "[config][chainfile]") {
    const auto plain = parsed("{}");
    CHECK(parsed(R"({"name":"other","port":5,"rpcport":6})").params.magic == plain.params.magic);
    // A default that is spelled out is the same rule.
    CHECK(parsed(R"({"retarget_window":2016, "initial_subsidy":5e1})").digest == plain.digest);
    std::vector<std::array<std::uint8_t, 4>> seen{plain.params.magic};
    for (const auto& text : changed_rules) {
        const auto other = parsed(text);
        CAPTURE(text);
        CHECK(other.digest != plain.digest);
        CHECK(std::ranges::find(seen, other.params.magic) == seen.end());
        seen.push_back(other.params.magic);
    }
}

TEST_CASE("every field except name, ports and magic is among the rules", "[config][chainfile]") {
    std::set<std::string> seen = no_rules;
    for (const auto& text : changed_rules)
        seen.merge(fields_of(text));
    CHECK(seen == known_fields());
}

namespace {

struct Documented {
    std::string field;
    std::string fallback;  ///< as the document spells it
};

std::vector<std::string> split(const std::string& text, std::string_view separator) {
    std::vector<std::string> out;
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto end = std::min(text.find(separator, begin), text.size());
        out.push_back(text.substr(begin, end - begin));
        begin = end + separator.size();
    }
    return out;
}

/// The rows of the table of fields: "| `port`, `rpcport` | 17444, 17443 | where ... |".
std::vector<Documented> documented_fields() {
    std::ifstream file(std::string(DALER_SOURCE_DIR) + "/doc/private-chains.md");
    std::vector<Documented> out;
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("| `")) continue;
        std::erase(line, '`');
        const auto cells = split(line, " | ");
        const auto fields = split(cells.at(0).substr(2), ", ");
        const auto defaults = split(cells.at(1), ", ");
        for (std::size_t i = 0; i < fields.size(); ++i)
            out.push_back({fields[i], defaults.size() == 1 ? defaults[0] : defaults.at(i)});
    }
    return out;
}

}  // namespace

TEST_CASE("doc/private-chains.md has every field with its default", "[config][chainfile]") {
    const auto plain = parsed("{}");
    std::set<std::string> seen;
    for (const auto& [field, fallback] : documented_fields()) {
        CAPTURE(field, fallback);
        CHECK(seen.insert(field).second);
        // Some defaults follow from other fields and are described in words; one is shortened.
        if (!Json::parse(fallback) || fallback.find("...") != std::string::npos) continue;
        const auto spelled_out = parsed("{\"" + field + "\":" + fallback + "}");
        CHECK(spelled_out.digest == plain.digest);
        CHECK(spelled_out.params.name == plain.params.name);
        CHECK(spelled_out.params.p2p_port == plain.params.p2p_port);
        CHECK(spelled_out.params.rpc_port == plain.params.rpc_port);
    }
    CHECK(seen == known_fields());
}
