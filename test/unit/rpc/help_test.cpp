#include <test.h>

#include "fake_methods.h"

using namespace daler::rpc;
using namespace daler::rpc::test;

TEST_CASE("help shows optional arguments in parentheses and strings in quotes", "[rpc]") {
    const Fixture fixture;
    CHECK(one_line_help(*fixture.dispatcher.find("where")) == "where");
    CHECK(one_line_help(*fixture.dispatcher.find("add")) == "add a ( b \"note\" )");
    CHECK(one_line_help(*fixture.dispatcher.find("types")) ==
          "types \"hash\" ( amount [list,...] {object} flag anything number )");
}

TEST_CASE("the list of methods has one heading per category and no hidden methods", "[rpc]") {
    const Fixture fixture;
    CHECK(help_list(fixture.dispatcher.methods()) ==
          "== Another ==\nwhere\n\n== Testing ==\nadd a ( b \"note\" )\ncrash\nfail code");
}

TEST_CASE("help shows options, alternatives of the result and examples", "[rpc]") {
    const Fixture fixture;
    CHECK(full_help(*fixture.dispatcher.find("choose")) ==
          R"(choose ( first options )

Returns its options, or a number if none are given.

Arguments:
1. first (numeric, optional)
2. options (json object, optional, default={}) How

Named arguments:
speed (numeric, vbytes, optional, default=1) How fast
names (json array, optional) For whom
     [
       "name",    (string, required)
       ...
     ]

Result (without options):
n    (numeric) one

Result (otherwise):
{                 (json object) The options
  "speed" : n,    (numeric, vbytes, optional) How fast
  "names" : [     (json array, optional)
    "str",        (string) A name
    ...
  ]
}

Examples:
> daler-cli choose 5 '{"speed": 2}'
> daler-cli choose 7)");
}

TEST_CASE("each method that needs arguments has an example", "[rpc]") {
    for (const auto table : method_tables())
        for (const Method& method : table) {
            CAPTURE(method.name);
            const bool needs_arguments =
                method.arguments.size() != 0 && method.argument(0).fallback.empty();
            CHECK((!needs_arguments || !method.example.empty()));
        }
}

TEST_CASE("a table has the methods of its category, sorted, and then hidden ones", "[rpc]") {
    const auto table_of = [](std::span<const Method> methods, std::string_view category) {
        CAPTURE(category);
        bool hidden = false;
        std::string_view last;
        for (const Method& method : methods) {
            CAPTURE(method.name);
            if (!hidden && method.category == "hidden") {
                hidden = true;
                last = {};
            }
            CHECK(method.category == (hidden ? "hidden" : category));
            CHECK(last < method.name);
            last = method.name;
        }
    };
    table_of(blockchain_methods(), "Blockchain");
    table_of(control_methods(), "Control");
    table_of(mining_methods(), "Mining");
    table_of(network_methods(), "Network");
    table_of(old_wallet_methods(), "Wallet");
    table_of(private_networks_methods(), private_networks);
    table_of(rawtransaction_methods(), "Rawtransactions");
    table_of(util_methods(), "Util");
    table_of(wallet_methods(), "Wallet");
    table_of(wallet_history_methods(), "Wallet");
    table_of(wallet_payment_methods(), "Wallet");
    CHECK(method_tables().size() == 12);
}
