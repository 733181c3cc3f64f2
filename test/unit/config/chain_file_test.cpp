#include "chain_files.h"
#include "fake_files.h"

#include <daler/encoding/hex.h>

#include <fstream>
#include <iterator>

using namespace daler;
using namespace daler::config;
using namespace daler::config::test;

TEST_CASE("an empty chain file is a chain of defaults", "[config][chainfile]") {
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
    CHECK(params.script_exceptions.empty());
    for (const auto& deployment : params.version_bits)
        CHECK(deployment.start_time < 0);  // always or never active
}

TEST_CASE("values at their limits are allowed in a chain file", "[config][chainfile]") {
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

TEST_CASE("the error for an unusable chain file says why", "[config]") {
    CHECK(refusal({"-chainfile=/none.json"}) == "Chain file /none.json could not be opened.");
    CHECK(refusal({"-chainfile=/a.json"}, {}, {{"/a.json", R"({"port":0})"}}) ==
          "Chain file /a.json: \"port\" must be a whole number from 1 to 65535, not 0");
    CHECK(refusal({"-chainfile=/a.json", "-regtest"}, {}, {{"/a.json", "{}"}}) ==
          "-chainfile describes another chain: it cannot be combined with -regtest, -signet, "
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

// A change of these numbers splits the networks that run today, and makes their nodes refuse their
// own folders. doc/decisions/0020-chain-files.md says how to add a field without that.
TEST_CASE("the magic of a chain file stays the same in every version", "[config][chainfile]") {
    CHECK(to_hex(parsed("{}").params.magic) == "17ed62d5");
    CHECK(to_hex(example_chain().params.magic) == "6fe7927f");
}
