#include <daler/config/chain_file.h>

#include <daler/consensus/header_rules.h>
#include <daler/encoding/hex.h>

#include "fake_files.h"

#include <test.h>

#include <algorithm>
#include <fstream>
#include <iterator>

using namespace daler;
using namespace daler::config;
using namespace daler::config::test;

namespace {

ChainFile parsed(const std::string& text) {
    auto file = parse_chain_file(text);
    INFO((file ? std::string{} : file.error()));
    REQUIRE(file.has_value());
    return *file;
}

std::string refusal_of(const std::string& text) {
    const auto file = parse_chain_file(text);
    return file ? "(accepted)" : file.error();
}

}  // namespace

TEST_CASE("an empty chain file is a chain with a default for everything", "[config][chainfile]") {
    const auto params = parsed("{}").params;
    CHECK(params.kind == ChainKind::custom);
    CHECK(params.name == "private");
    CHECK(params.folder == "private");
    CHECK(params.p2p_port == 17444);
    CHECK(params.rpc_port == 17443);
    CHECK(params.address.bech32_hrp == "pvt");
    CHECK(params.address.pubkey_hash == 111);
    CHECK(params.address.script_hash == 196);
    CHECK(params.address.secret_key == 239);
    CHECK(params.address.extended_public == regtest_params().address.extended_public);
    CHECK(params.address.extended_secret == regtest_params().address.extended_secret);
    CHECK(params.pow_limit == regtest_params().pow_limit);
    CHECK(params.genesis->header.bits == 0x207fffff);
    CHECK(params.genesis->header.time == 1704067200);
    CHECK(params.genesis->transactions[0]->outputs[0].value == Amount{50 * satoshis_per_coin});
    CHECK(params.genesis_hash == params.genesis->header.hash());
    CHECK(params.retarget.window == 2016);
    CHECK(params.retarget.spacing == std::chrono::seconds{600});
    CHECK_FALSE(params.retarget.never);
    CHECK_FALSE(params.retarget.min_difficulty_blocks);
    CHECK_FALSE(params.retarget.from_first_block);
    CHECK_FALSE(params.retarget.timewarp_protection);
    CHECK(params.halving_interval == 210'000);
    CHECK(params.initial_subsidy == Amount{50 * satoshis_per_coin});
    CHECK(params.coinbase_maturity == 100);
    CHECK(params.activation.bip34 == 1);
    CHECK(params.activation.bip65 == 1);
    CHECK(params.activation.bip66 == 1);
    CHECK(params.activation.csv == 1);
    CHECK(params.activation.segwit == 0);
    CHECK(params.minimum_chain_work.is_zero());
    CHECK(params.assume_valid.is_zero());
    CHECK(params.is_private);
    CHECK(params.signet_challenge.empty());
    CHECK(params.script_flag_exceptions.empty());
    for (const auto& deployment : params.version_bits)
        CHECK(deployment.start_time < 0);  // always or never active
}

TEST_CASE("every field of a chain file reaches the chain", "[config][chainfile]") {
    const auto params = parsed(R"({
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
        "genesis_reward": 1e-8})")
                            .params;
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

TEST_CASE("a wrong field is named, with what is allowed", "[config][chainfile]") {
    const auto [text, error] = GENERATE(table<std::string, std::string>({
        {"", "not JSON: "},
        {"[]", "an object of fields is expected"},
        {R"({"nam":"a"})", "\"nam\" is no field of a chain; the fields are name, port, "},
        {R"({"port":1,"port":2})", "\"port\" stands there twice"},
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
        {R"({"port":5,"rpcport":5})", "\"rpcport\" must be another than \"port\", not 5"},
        {R"({"magic":"0102"})", "\"magic\" must be 8 hex digits in quotes, not \"0102\""},
        {R"({"magic":"f9beb4d9"})", "\"magic\" must be another than that of a public chain"},
        {R"({"magic":"fabfb5da"})", "\"magic\" must be another than that of a public chain"},
        {R"({"bech32_hrp":"Bc"})", "\"bech32_hrp\" must be 1 to 16 lower-case letters and digits"},
        {R"({"bech32_hrp":"aaaaaaaaaaaaaaaaa"})", "\"bech32_hrp\" must be"},
        {R"({"pubkey_hash_prefix":256})", "\"pubkey_hash_prefix\" must be a whole number from 0"},
        {R"({"pubkey_hash_prefix":196})",
         "\"script_hash_prefix\" must be another than \"pubkey_hash_prefix\", not its default"},
        {R"({"extended_secret_prefix":"043587cf"})",
         "\"extended_secret_prefix\" must be another than \"extended_public_prefix\""},
        {R"({"pow_limit":"8000000000000000000000000000000000000000000000000000000000000000"})",
         "\"pow_limit\" must be 1 to 64 hex digits in quotes, from 00000040"},
        {R"({"pow_limit":"0000003fffffffffffffffffffffffffffffffffffffffffffffffffffffffff"})",
         "\"pow_limit\" must be"},
        {R"({"retarget_rule":"regtest"})",
         R"("retarget_rule" must be one of "bitcoin", "testnet", "testnet4", "none", not "regtest")"},
        {R"({"block_spacing":0})", "\"block_spacing\" must be a whole number from 1 to 86400"},
        {R"({"block_spacing":86401})", "\"block_spacing\" must be"},
        {R"({"retarget_window":3})",
         "\"retarget_window\" must be a whole number from 4 to 1000000"},
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
    }));
    CAPTURE(text);
    CHECK(refusal_of(text).starts_with(error));
}

TEST_CASE("what is still allowed in a chain file", "[config][chainfile]") {
    for (const std::string text :
         {R"({"pow_limit":"0000004000000000000000000000000000000000000000000000000000000000"})",
          R"({"genesis_bits":"1d400000"})", R"({"bech32_hrp":"aaaaaaaaaaaaaaaa"})",
          R"({"name":"a"})", R"({"retarget_window":4})", R"({"initial_subsidy":0})",
          R"({"initial_subsidy":10500000,"halving_interval":1})",
          R"({"halving_interval":2147483646,"initial_subsidy":0.00488944})"}) {
        CAPTURE(text);
        CHECK(refusal_of(text) == "(accepted)");
    }
    const std::string longest(91, 'm');
    CHECK(refusal_of("{\"genesis_message\":\"" + longest + "\"}") == "(accepted)");
    CHECK(refusal_of("{\"genesis_message\":\"" + longest + "m\"}") != "(accepted)");
}

TEST_CASE("rules make the magic, names and ports do not", "[config][chainfile]") {
    const auto plain = parsed("{}");
    CHECK(parsed(R"({"name":"other","port":5,"rpcport":6})").params.magic == plain.params.magic);
    // A default that is spelled out is the same rule.
    CHECK(parsed(R"({"retarget_window":2016, "initial_subsidy":5e1})").digest == plain.digest);
    std::vector<std::array<std::uint8_t, 4>> seen{plain.params.magic};
    for (const std::string text :
         {R"({"bech32_hrp":"a"})",
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
          R"({"genesis_reward":9})"}) {
        const auto other = parsed(text);
        CAPTURE(text);
        CHECK(other.digest != plain.digest);
        CHECK(std::ranges::find(seen, other.params.magic) == seen.end());
        seen.push_back(other.params.magic);
    }
}

TEST_CASE("the chain file is chosen on the command line or in the config file", "[config]") {
    const std::string chain = R"({"name":"own","rpcport":77})";
    const auto settings = loaded({"-chainfile=/etc/own.json"}, "[own]\nport=5\n[test]\nport=6\n",
                                 {{"/etc/own.json", chain}});
    CHECK(settings.chain_name() == "own");
    CHECK(settings.chain_folder() == "/data/own");
    REQUIRE(settings.chain_file());
    CHECK(settings.chain_file()->path == "/etc/own.json");
    CHECK(settings.chain_params()->rpc_port == 77);
    CHECK(settings.integer_if_set("port") == 5);
    CHECK(settings.warnings().empty());

    const auto in_file = loaded({}, "chainfile=own.json\n[else]\n", {{"/data/own.json", chain}});
    CHECK(in_file.chain_name() == "own");
    CHECK(in_file.chain_file()->path == "/data/own.json");
    CHECK(in_file.warnings().size() == 1);
    CHECK(loaded({"-nochainfile"}, "chainfile=own.json\n").chain_name() == "main");
    CHECK(loaded({"-nochainfile", "-regtest"}, "chainfile=own.json\n").chain_name() == "regtest");
    CHECK(loaded({"-regtest"}).chain_file() == nullptr);
}

TEST_CASE("a chain file that cannot be used says why", "[config]") {
    CHECK(refusal({"-chainfile=/none.json"}) == "Chain file /none.json could not be opened.");
    CHECK(refusal({"-chainfile=/a.json"}, {}, {{"/a.json", R"({"port":0})"}}) ==
          "Chain file /a.json: \"port\" must be a whole number from 1 to 65535, not 0");
    CHECK(refusal({"-chainfile=/a.json", "-regtest"}, {}, {{"/a.json", "{}"}}) ==
          "-chainfile describes a chain of its own: it cannot be combined with -regtest, -signet, "
          "-testnet, -testnet4 or -chain.");
}

namespace {

ChainFile example_chain() {
    std::ifstream file(std::string(DALER_SOURCE_DIR) + "/contrib/chains/example.json");
    return parsed({std::istreambuf_iterator<char>(file), {}});
}

}  // namespace

TEST_CASE("the sample chain file is valid", "[config][chainfile]") {
    CHECK(example_chain().params.name == "classroom");
}

// Whoever has to change these numbers splits every network that runs today, and makes each node
// refuse its own folder: doc/decisions/0020-chain-files.md says how a field is added without that.
TEST_CASE("the magic of a chain file stays the same in every version", "[config][chainfile]") {
    CHECK(to_hex(parsed("{}").params.magic) == "17ed62d5");
    CHECK(to_hex(example_chain().params.magic) == "6fe7927f");
}
