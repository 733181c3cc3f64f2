#include <test.h>

#include "node_fixture.h"

using namespace daler;
using namespace daler::rpc;
using namespace daler::rpc::test;
using Refusal = std::pair<int, std::string>;

TEST_CASE_METHOD(NodeFixture, "scantxoutset finds the outputs of descriptors", "[rpc]") {
    mine(3);
    const Json found = call("scantxoutset", R"x("start",["raw(51)"])x");
    CHECK(keys(found) == "success txouts height bestblock unspents total_amount");
    CHECK(found.find("unspents")->size() == 3);
    CHECK(found.find("total_amount")->write() == "150.00000000");
    CHECK(keys(found.find("unspents")->items()[0]) ==
          "txid vout scriptPubKey desc amount coinbase height blockhash confirmations");
    CHECK(call("scantxoutset", R"x("start",[{"desc":"raw(52)"}])x").find("unspents")->empty());
    CHECK(call("scantxoutset", "\"status\"").is_null());
    CHECK(call("scantxoutset", "\"abort\"") == Json(false));
    CHECK(refusal("scantxoutset", "\"go\"") == Refusal{-8, "Invalid action 'go'"});
    CHECK(refusal("scantxoutset", "\"start\"").first == -1);
    CHECK(refusal("scantxoutset", R"("start",["nonsense"])").first == -5);
}

TEST_CASE_METHOD(NodeFixture, "only one scan of the coins runs at a time", "[rpc]") {
    mine(5);
    const std::string start = R"x("start",["raw(51)"])x";
    CHECK(call("scantxoutset", "\"status\"").is_null());
    CHECK(call("scantxoutset", "\"abort\"") == Json(false));
    const Json found = call("scantxoutset", start);
    CHECK(*found.find("success") == Json(true));
    CHECK(*found.find("txouts") == Json(5));
    CHECK(*found.find("height") == Json(5));
    CHECK(found.find("unspents")->size() == 5);

    services->coin_scan.is_running = true;
    services->coin_scan.progress = 42;
    CHECK(refusal("scantxoutset", start) ==
          Refusal{-8, "Scan already in progress, use action \"abort\" or \"status\""});
    CHECK(call("scantxoutset", "\"status\"").write() == R"({"progress":42})");
    CHECK(call("scantxoutset", "\"abort\"") == Json(true));
    CHECK(services->coin_scan.is_aborted);
}
