#include <test.h>

#include "node_fixture.h"

#include <daler/index/indexes.h>

using namespace daler;
using namespace daler::rpc;
using namespace daler::rpc::test;
using Refusal = std::pair<int, std::string>;

TEST_CASE_METHOD(NodeFixture, "methods that need an index fail without it and work with it",
                 "[rpc]") {
    const auto block = pay();
    const auto hash = quoted(block->header.hash().to_hex());
    const auto txid = quoted(block->transactions[2]->txid.to_hex());
    CHECK(call("getindexinfo").write() == "{}");
    CHECK(refusal("getblockfilter", hash) ==
          Refusal{-1, "Index is not enabled for filtertype basic"});
    CHECK(refusal("gettxoutsetinfo", "\"none\",1").second ==
          "Querying specific block heights requires coinstatsindex");
    CHECK(refusal("getrawtransaction", txid).second.find("Use -txindex") != std::string::npos);

    index::IndexOptions options;
    options.in_memory = true;
    index::Indexes indexes(ledger->chain(), {true, true, true}, options);
    services->indexes = &indexes;
    CHECK(refusal("getrawtransaction", txid).second.find("process of being indexed") !=
          std::string::npos);
    CHECK(
        refusal("getblockfilter", hash) ==
        Refusal{-1, "Filter not found. Block filters are still in the process of being indexed."});
    CHECK(refusal("gettxoutsetinfo", "\"muhash\",5") ==
          Refusal{-32603,
                  "Unable to get data because coinstatsindex is still syncing. Current "
                  "height: 0"});
    indexes.start();
    REQUIRE(indexes.transactions()->follower().wait_for_tip());
    REQUIRE(indexes.filters()->follower().wait_for_tip());
    REQUIRE(indexes.coin_stats()->follower().wait_for_tip());
    const Json info = call("getindexinfo");
    CHECK(keys(info) == "txindex coinstatsindex basic block filter index");
    CHECK(info.find("txindex")->write() == R"({"synced":true,"best_block_height":102})");
    CHECK(keys(call("getindexinfo", "\"coinstatsindex\"")) == "coinstatsindex");
    CHECK(*call("getrawtransaction", txid + ",1").find("confirmations") == Json(1));
    CHECK(call("getrawtransaction", txid + ",2").find("fee")->write() == "0.00030000");
    CHECK(keys(call("getblockfilter", hash)) == "filter header");
    CHECK(keys(call("gettxoutsetinfo", "\"muhash\"," + hash)) ==
          "height bestblock txouts bogosize muhash total_amount total_unspendable_amount "
          "block_info");
}
