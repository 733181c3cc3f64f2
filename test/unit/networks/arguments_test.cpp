#include <test.h>

#include "networks/arguments.h"

namespace daler::networks {
namespace {

Command command() {
    return {"up",
            "[NODE...]",
            Topic::network,
            "summary",
            "",
            {{"-n", "N", "nodes"}, {"-d", "", "background"}, {"--rule", "F", "rule", true}},
            0,
            2,
            true};
}

Arguments parsed(std::vector<std::string> words) {
    static const Command row = command();
    auto arguments = Arguments::parse(row, words);
    REQUIRE(arguments);
    return *arguments;
}

TEST_CASE("an option's value may be the next word or a part of the same", "[networks]") {
    CHECK(parsed({"-n", "3"}).value("-n") == "3");
    CHECK(parsed({"-n=3"}).value("-n") == "3");
    CHECK(parsed({"-n3"}).value("-n") == "3");
    CHECK_FALSE(parsed({}).value("-n"));
}

TEST_CASE("options and words mix, and what follows -- is kept as it is", "[networks]") {
    const auto arguments = parsed({"a", "-d", "-1d", "--rule", "x=1", "--rule=y", "--", "-n", "b"});
    CHECK(arguments.words() == std::vector<std::string>{"a", "-1d"});
    CHECK(arguments.has("-d"));
    CHECK(arguments.values("--rule") == std::vector<std::string>{"x=1", "y"});
    CHECK(arguments.rest() == std::vector<std::string>{"-n", "b"});
}

TEST_CASE("wrong words are named", "[networks]") {
    struct Example {
        std::vector<std::string> words;
        std::string error;
    };
    const auto example = GENERATE(values<Example>({
        {{"--nodes=3"}, "daler up: unknown option --nodes=3. See `daler help up`."},
        {{"-dn"}, "daler up: unknown option -dn. See `daler help up`."},
        {{"-d=1"}, "daler up: -d takes no value."},
        {{"-n"}, "daler up: -n needs a value: -n N."},
        {{"-n1", "-n2"}, "daler up: -n may be given only once."},
        {{"a", "b", "c"}, "daler up: \"c\" is one word too many. See `daler help up`."},
    }));
    const Command row = command();
    const auto arguments = Arguments::parse(row, example.words);
    REQUIRE_FALSE(arguments);
    CHECK(arguments.error() == example.error);
}

TEST_CASE("a count has a range", "[networks]") {
    CHECK(parse_count("-n", "50", 1, 50) == 50);
    CHECK(parse_count("-n", "51", 1, 50).error() ==
          "-n must be a whole number from 1 to 50, not \"51\".");
    CHECK_FALSE(parse_count("-n", "3x", 1, 50));
    CHECK_FALSE(parse_count("-n", "", 1, 50));
}

}  // namespace
}  // namespace daler::networks
