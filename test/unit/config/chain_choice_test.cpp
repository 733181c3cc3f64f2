#include <test.h>

#include "fake_files.h"

using namespace daler;
using namespace daler::config;
using namespace daler::config::test;

TEST_CASE("the chain is chosen by a switch or by name, on the command line or in the file",
          "[config]") {
    const auto [argument, conf, chain] = GENERATE(table<std::string, std::string, std::string>({
        {"-listen", "", "main"},
        {"-regtest", "", "regtest"},
        {"-signet", "", "signet"},
        {"-testnet", "", "test"},
        {"-testnet4", "", "testnet4"},
        {"-chain=regtest", "", "regtest"},
        {"-chain=test", "", "test"},
        {"-listen", "regtest=1", "regtest"},
        {"-listen", "chain=signet", "signet"},
        {"-noregtest", "regtest=1", "main"},
        {"-listen", "[regtest]\nregtest=1", "main"},
    }));
    CAPTURE(argument, conf);
    const auto settings = loaded({argument}, conf);
    CHECK(settings.chain_name() == chain);
    const auto params = settings.chain_params();
    REQUIRE(params);
    CHECK(params->name == chain);
}

TEST_CASE("two chains at once, or one that does not exist, are errors", "[config]") {
    const std::string both =
        "Invalid combination of -regtest, -signet, -testnet, -testnet4 and -chain. Can use at most "
        "one.";
    CHECK(refusal({"-regtest", "-signet"}) == both);
    CHECK(refusal({"-regtest", "-chain=regtest"}) == both);
    CHECK(refusal({"-chain=foo"}) == "Unknown chain foo.");
}

TEST_CASE("activation heights of regtest can be moved", "[config]") {
    const auto params = loaded({"-regtest", "-testactivationheight=bip34@2",
                                "-testactivationheight=dersig@3", "-testactivationheight=cltv@4",
                                "-testactivationheight=csv@5", "-testactivationheight=segwit@6"})
                            .chain_params();
    REQUIRE(params);
    CHECK(params->activation.bip34 == 2);
    CHECK(params->activation.bip66 == 3);
    CHECK(params->activation.bip65 == 4);
    CHECK(params->activation.csv == 5);
    CHECK(params->activation.segwit == 6);

    const auto [text, reason] = GENERATE(table<std::string, std::string>({
        {"csv", "Invalid format (csv) for -testactivationheight=name@height."},
        {"csv@-1", "Invalid height value (csv@-1) for -testactivationheight=name@height."},
        {"csv@2147483647",
         "Invalid height value (csv@2147483647) for -testactivationheight=name@height."},
        {"foo@1", "Invalid name (foo@1) for -testactivationheight=name@height."},
    }));
    const auto refused = loaded({"-regtest", "-testactivationheight=" + text}).chain_params();
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == reason);
}

TEST_CASE("version-bits deployments of regtest can be moved", "[config]") {
    const auto params = loaded({"-regtest", "-vbparams=testdummy:5:6:7"}).chain_params();
    REQUIRE(params);
    const auto found =
        std::ranges::find(params->version_bits, "testdummy", &VersionBitsDeployment::name);
    REQUIRE(found != params->version_bits.end());
    CHECK(found->start_time == 5);
    CHECK(found->timeout == 6);
    CHECK(found->min_activation_height == 7);

    const auto [text, reason] = GENERATE(table<std::string, std::string>({
        {"testdummy:5",
         "Version bits parameters malformed, expecting "
         "deployment:start:end[:min_activation_height]"},
        {"testdummy:x:6", "Invalid nStartTime (x)"},
        {"testdummy:5:x", "Invalid nTimeout (x)"},
        {"testdummy:5:6:-1", "Invalid min_activation_height (-1)"},
        {"foo:5:6", "Invalid deployment (foo)"},
    }));
    const auto refused = loaded({"-regtest", "-vbparams=" + text}).chain_params();
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == reason);
}

TEST_CASE("-signetchallenge makes another signet", "[config]") {
    const auto own = loaded({"-signet", "-signetchallenge=51"}).chain_params();
    REQUIRE(own);
    CHECK(own->signet_challenge == Bytes{0x51});
    CHECK(own->magic != signet_params().magic);
    CHECK(loaded({"-signet", "-signetchallenge=xy"}).chain_params().error() ==
          "-signetchallenge must be hex, not 'xy'.");
    CHECK(
        loaded({"-signet", "-signetchallenge=51", "-signetchallenge=52"}).chain_params().error() ==
        "-signetchallenge cannot be multiple values.");
}

TEST_CASE("strictregtest switches the rules of private chains off", "[config]") {
    CHECK(loaded({"-regtest"}).chain_params()->is_private);
    const auto strict = loaded({"-regtest", "-strictregtest"}).chain_params();
    CHECK_FALSE(strict->is_private);
    CHECK(strict->is_strict);
    CHECK_FALSE(strict->is_public());
    CHECK_FALSE(loaded({"-regtest"}).chain_params()->is_strict);
    for (const auto* chain : {"-chain=main", "-signet"}) {
        CHECK_FALSE(loaded({chain}).chain_params()->is_strict);
        CHECK(loaded({chain, "-strictregtest"}).chain_params().error() ==
              "-strictregtest works on private chains only: with -regtest or -chainfile.");
    }
}
