#include <test.h>

#include "fake_files.h"

using namespace daler;
using namespace daler::config;
using namespace daler::config::test;

TEST_CASE("settings.json keeps the names of the wallets to load", "[config]") {
    Json settings = Json::object();
    CHECK(set_saved_wallet(settings, "a", true));
    CHECK(set_saved_wallet(settings, "", true));
    CHECK_FALSE(set_saved_wallet(settings, "a", true));
    CHECK(saved_wallets(settings) == std::vector<std::string>{"a", ""});

    const auto again = parse_saved_settings(format_saved_settings(settings));
    REQUIRE(again);
    CHECK(*again == settings);
    CHECK(
        loaded({"-regtest"}, {}, {{"/data/regtest/settings.json", format_saved_settings(settings)}})
            .list("wallet") == std::vector<std::string>{"a", ""});

    CHECK(set_saved_wallet(settings, "a", false));
    CHECK_FALSE(set_saved_wallet(settings, "a", false));
    CHECK(saved_wallets(settings) == std::vector<std::string>{""});
}

TEST_CASE("a damaged settings.json is an error that names the file", "[config]") {
    const auto [text, reason] = GENERATE(table<std::string, std::string>({
        {"[]", "not a JSON object"},
        {R"({"a":1,"a":2})", "it has \"a\" twice"},
    }));
    CHECK(refusal({}, {}, {{"/data/settings.json", text}}) ==
          "Settings file /data/settings.json could not be read: " + reason +
              ". Remove it, or give another one with -settings.");
    CHECK(refusal({}, {}, {{"/data/settings.json", "{"}})
              .starts_with("Settings file /data/settings.json could not be read: not valid JSON"));
}

TEST_CASE("values of settings.json may be text, numbers, booleans or lists", "[config]") {
    const auto settings =
        loaded({}, {},
               {{"/data/settings.json",
                 R"({"dbcache":7,"par":"3","listen":false,"addnode":["a","b"],"odd":1})"}});
    CHECK(settings.integer("dbcache") == 7);
    CHECK(settings.integer("par") == 3);
    CHECK_FALSE(settings.flag("listen"));
    CHECK(settings.list("addnode") == std::vector<std::string>{"a", "b"});
    CHECK(settings.warnings() ==
          std::vector<std::string>{"Ignoring unknown rw_settings value odd"});
}
