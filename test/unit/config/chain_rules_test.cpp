// -rule=FIELD=VALUE: single fields of a chain file.
#include "fake_files.h"

#include <daler/config/chain_file.h>
#include <daler/encoding/hex.h>

using namespace daler;
using namespace daler::config;
using namespace daler::config::test;

namespace {

const ChainFile& file_of(const Settings& settings) {
    const auto* file = settings.chain_file();
    REQUIRE(file);
    return *file;
}

}  // namespace

TEST_CASE("a rule changes a field of regtest", "[config][chainfile]") {
    const auto settings = loaded({"-regtest", "-rule=block_spacing=60", "-rule=bech32_hrp=10"});
    const auto& file = file_of(settings);
    const auto regtest = regtest_params();
    CHECK(file.params.retarget.spacing == std::chrono::seconds{60});
    CHECK(file.params.address.bech32_hrp == "10");
    CHECK(file.params.retarget.never);
    CHECK(file.params.halving_interval == regtest.halving_interval);
    CHECK(file.params.p2p_port == regtest.p2p_port);
    CHECK(file.params.rpc_port == regtest.rpc_port);
    CHECK(file.params.magic != regtest.magic);
    CHECK(file.params.name == "regtest-" + to_hex(file.digest.bytes).substr(0, 8));
    CHECK(settings.chain_folder() == "/data/" + file.params.name);
    CHECK(file.options == "-regtest -rule=block_spacing=60 -rule=bech32_hrp=10");
    CHECK_FALSE(settings.chain_params()->is_public());
}

TEST_CASE("rules alone are rules of regtest, and their order makes no difference",
          "[config][chainfile]") {
    const auto one = loaded({"-rule=block_spacing=60", "-rule=csv_height=5"});
    const auto two = loaded({"-regtest", "-rule=csv_height=5", "-rule=block_spacing=60"});
    const auto conf = loaded({"-rule=csv_height=5"}, "regtest=1\nrule=block_spacing=60\n");
    CHECK(file_of(one).digest == file_of(two).digest);
    CHECK(file_of(one).digest == file_of(conf).digest);
    CHECK(one.chain_name() == two.chain_name());
}

TEST_CASE("a rule changes a field of a chain file", "[config][chainfile]") {
    const std::map<std::string, std::string> files{
        {"/data/lab.json", R"({"name":"lab","magic":"01020304","block_spacing":5})"}};
    const auto plain = loaded({"-chainfile=/data/lab.json"}, {}, files);
    const auto changed =
        loaded({"-chainfile=/data/lab.json", "-rule=coinbase_maturity=2"}, {}, files);
    CHECK(file_of(changed).params.coinbase_maturity == 2);
    CHECK(file_of(changed).params.retarget.spacing == std::chrono::seconds{5});
    CHECK(file_of(changed).params.name.starts_with("lab-"));
    CHECK(file_of(changed).params.magic != file_of(plain).params.magic);
    CHECK(file_of(changed).options == "-chainfile=/data/lab.json -rule=coinbase_maturity=2");
    const auto named =
        loaded({"-chainfile=/data/lab.json", "-rule=name=x", "-rule=magic=0a0b0c0d"}, {}, files);
    CHECK(named.chain_name() == "x");
    CHECK(to_hex(file_of(named).params.magic) == "0a0b0c0d");
}

TEST_CASE("rules make a signet of one's own another chain", "[config][chainfile]") {
    const auto settings = loaded({"-signet", "-signetchallenge=51", "-rule=retarget_rule=none"});
    const auto& file = file_of(settings);
    CHECK(file.params.signet_challenge == Bytes{0x51});
    CHECK(file.params.pow_limit == signet_params().pow_limit);
    CHECK(file.params.address.bech32_hrp == "tb");
    CHECK(file.params.name.starts_with("signet-"));
    CHECK(file.options == "-signet -signetchallenge=51 -rule=retarget_rule=none");
}

TEST_CASE("a malformed rule is an error that names it", "[config][chainfile]") {
    CHECK(refusal({"-rule=block_spacing"}) ==
          "-rule: \"block_spacing\" is not of the form FIELD=VALUE");
    CHECK(refusal({"-rule=x=1"}).starts_with("-rule: \"x\" is not a field of a chain"));
    CHECK(refusal({"-rule=block_spacing=x"})
              .starts_with("-rule: \"block_spacing\" must be a whole number from 1 to 86400"));
    CHECK(refusal({"-rule=block_spacing=0"}).starts_with("-rule: \"block_spacing\" must be"));
    CHECK(refusal({"-rule=name=regtest"}).starts_with("-rule: \"name\" must be"));
}

TEST_CASE("public chains keep their rules", "[config][chainfile]") {
    const auto chain =
        GENERATE(as<std::string>(), "-testnet", "-testnet4", "-chain=main", "-signet");
    const auto settings = loaded({chain, "-rule=block_spacing=60"});
    CHECK(settings.chain_file() == nullptr);
    CHECK(settings.chain_params()->is_public());  // so the node refuses -rule
}
