#include <test.h>

#include <config/file_parser.h>

using namespace daler::config;

TEST_CASE("a config file is keys, sections and comments", "[config]") {
    const auto file =
        parse_file("a=1 # why\r\n  b = two words \n\n[regtest]\nc=\nsignet.d=4\n#e=5");
    REQUIRE(file);
    REQUIRE(file->entries.size() == 4);
    CHECK(file->entries[0].key == "a");
    CHECK(file->entries[0].value == "1");
    CHECK(file->entries[0].section.empty());
    CHECK(file->entries[1].value == "two words");
    CHECK(file->entries[2].section == "regtest");
    CHECK(file->entries[2].value.empty());
    CHECK(file->entries[2].line == 5);
    CHECK(file->entries[3].key == "d");
    REQUIRE(file->sections.size() == 1);
    CHECK(file->sections[0].name == "regtest");
}

TEST_CASE("a key with a dot at top level names its section", "[config]") {
    const auto file = parse_file("regtest.port=1");
    REQUIRE(file);
    CHECK(file->entries[0].section == "regtest");
    CHECK(file->entries[0].key == "port");
}

TEST_CASE("any other line is an error with its line number", "[config]") {
    const auto [text, reason] = GENERATE(table<std::string, std::string>({
        {"a=1\nlisten\n", "parse error on line 2: listen"},
        {"nolisten\n",
         "parse error on line 1: nolisten, if you intended to specify a negated option, use "
         "nolisten=1 instead"},
        {"-listen=1\n",
         "parse error on line 1: -listen=1, options in configuration file must be specified "
         "without leading -"},
        {"rpcpassword=a#b\n",
         "parse error on line 1, using # in rpcpassword can be ambiguous and should be avoided"},
    }));
    const auto file = parse_file(text);
    REQUIRE_FALSE(file);
    CHECK(file.error() == reason);
}
