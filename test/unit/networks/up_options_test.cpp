#include <test.h>

#include "networks/signet.h"
#include "networks/up_options.h"

namespace daler::networks {
namespace {

Result<UpOptions, std::string> read(std::vector<std::string> words) {
    const auto arguments = Arguments::parse(*find_command("up"), words);
    REQUIRE(arguments);
    return read_up_options(*arguments);
}

TEST_CASE("without options: one node on regtest in memory with public keys", "[networks]") {
    const auto options = read({});
    REQUIRE(options);
    CHECK(options->count == 1);
    CHECK_FALSE(options->plan.kept);
    CHECK(options->plan.chain_options == std::vector<std::string>{"-regtest"});
    CHECK(options->plan.seed == "daler");
    CHECK(options->plan.seed_is_public);
    CHECK(options->fund == Amount{50 * satoshis_per_coin});
}

TEST_CASE(
    "a network that is kept, joins another one or can be reached from outside has secret keys",
    "[networks]") {
    const auto words = GENERATE(values<std::vector<std::string>>({{"--name", "x"},
                                                                  {"--listen", "0.0.0.0"},
                                                                  {"--listen", "192.168.1.5"},
                                                                  {"--join", "host"}}));
    const auto first = read(words), second = read(words);
    REQUIRE(first);
    CHECK_FALSE(first->plan.seed_is_public);
    CHECK(first->plan.seed.size() == 64);
    CHECK(first->plan.seed != second->plan.seed);
    CHECK(read({"--name", "x", "--seed", "word"})->plan.seed == "word");
    CHECK(read({"--listen", "127.0.0.1"})->plan.seed_is_public);
}

TEST_CASE("a network that joins another one mines nothing unless asked", "[networks]") {
    CHECK(read({"--join", "host"})->fund == Amount{});
    CHECK(read({"--join", "host", "--fund", "1"})->fund == Amount{satoshis_per_coin});
}

TEST_CASE("a new signet has a challenge that derives from its seed, and one node signs",
          "[networks]") {
    const auto options = read({"--signet", "--seed", "word", "-n", "3"});
    REQUIRE(options);
    const auto& plan = options->plan;
    CHECK(plan.challenge == challenge_of("word"));
    CHECK(plan.challenge != challenge_of("other"));
    CHECK(plan.challenge.starts_with("0014"));
    CHECK(plan.signer == "n1");
    CHECK(plan.chain_options ==
          std::vector<std::string>{"-signet", "-signetchallenge=" + plan.challenge});
    CHECK(options->fund == Amount{50 * satoshis_per_coin});
    CHECK(read({"--signet"})->plan.challenge != read({"--signet"})->plan.challenge);
    CHECK_FALSE(read({"--signet"})->plan.seed_is_public);
}

TEST_CASE("who follows a signet cannot mine without a key", "[networks]") {
    const auto options = read({"--challenge", "51", "--rule", "retarget_rule=none"});
    REQUIRE(options);
    CHECK(options->plan.signer.empty());
    CHECK_FALSE(options->plan.seed_is_public);
    CHECK(options->fund == Amount{});
    CHECK(options->plan.chain_options ==
          std::vector<std::string>{"-signet", "-signetchallenge=51", "-rule=retarget_rule=none"});
    CHECK_FALSE(read({"--challenge", "51", "--mine", "10s"}));
    CHECK_FALSE(read({"--challenge", "51", "--fund", "1"}));
    CHECK(read({"--challenge", "51", "--mine", "10s", "--", "-signetsigner=/key"}));
}

TEST_CASE("wrong options are named", "[networks]") {
    struct Example {
        std::vector<std::string> words;
        std::string error;
    };
    const auto example = GENERATE(values<Example>({
        {{"-n", "0"}, "-n must be a whole number from 1 to 200, not \"0\"."},
        {{"--fund", "x"}, "--fund must be an amount of bitcoins from 0 to 21000000, not \"x\"."},
        {{"--name", "../x"}, "--name: \"../x\" cannot be a name: "},
        {{"--seed", ""}, "--seed needs a word."},
        {{"--topology", "tree"}, "--topology tree: this is neither "},
        {{"--seed", "a", "--time", "2030-01-01T00:00:00Z", "--mine", "tx,10s"},
         "--mine 10s: with --seed and --time the chain's time stands still"},
        {{"--signet", "--challenge", "51"}, "--signet makes a new signet, --challenge follows one"},
        {{"--challenge", "xyz"}, "-signetchallenge must be hex, not 'xyz'."},
        {{"--chainfile", "/nonexistent.json"}, "Chain file /nonexistent.json could not be opened."},
    }));
    CAPTURE(example.error);
    const auto options = read(example.words);
    REQUIRE_FALSE(options);
    CHECK(options.error().starts_with(example.error));
}

TEST_CASE("random intervals are shared by all nodes, the rest is the first node's", "[networks]") {
    CHECK(automine_of("tx,30s", 0, 3) == "tx,30s");
    CHECK(automine_of("tx,30s", 1, 3).empty());
    CHECK(automine_of("poisson:60s", 0, 3) == "poisson:180s");
    CHECK(automine_of("tx,poisson:1.5s", 2, 3) == "poisson:4.5s");
    CHECK(automine_of("poisson:nonsense", 0, 3) == "poisson:nonsense");
}

}  // namespace
}  // namespace daler::networks
