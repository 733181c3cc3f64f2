#include <test.h>

#include "fake_methods.h"

using namespace daler::rpc;
using namespace daler::rpc::test;

TEST_CASE("help shows optional arguments in parentheses and texts in quotes", "[rpc]") {
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
