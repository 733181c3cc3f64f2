#include <test.h>

#include "node_fixture.h"

using namespace daler;
using namespace daler::rpc;
using namespace daler::rpc::test;
using Refusal = std::pair<int, std::string>;

TEST_CASE_METHOD(NodeFixture, "an unspent output is shown, a spent or unknown one is null",
                 "[rpc]") {
    const auto block = mine(1)[0];
    const auto id = quoted(block->transactions[0]->txid.to_hex());
    const Json coin = call("gettxout", id + ",0");
    CHECK(keys(coin) == "bestblock confirmations value scriptPubKey coinbase");
    CHECK(*coin.find("confirmations") == Json(1));
    CHECK(coin.find("value")->write() == "50.00000000");
    CHECK(*coin.find("coinbase") == Json(true));
    CHECK(*coin.find("scriptPubKey")->find("hex") == Json("51"));
    CHECK(call("gettxout", id + ",9").is_null());
    CHECK(call("gettxout", unknown_hash + ",0").is_null());
    CHECK(refusal("gettxout", id + ",-1").first == -1);
    CHECK(refusal("gettxout", "\"00\",0") ==
          Refusal{-8, "txid must be of length 64 (not 2, for '00')"});
}

TEST_CASE_METHOD(NodeFixture, "gettxoutsetinfo shows totals and a hash", "[rpc]") {
    mine(2);
    const Json info = call("gettxoutsetinfo");
    CHECK(keys(info) ==
          "height bestblock txouts bogosize hash_serialized_3 total_amount transactions disk_size");
    CHECK(*info.find("txouts") == Json(2));
    CHECK(info.find("total_amount")->write() == "100.00000000");
    CHECK_FALSE(call("gettxoutsetinfo", "\"none\"").find("hash_serialized_3"));
    CHECK(call("gettxoutsetinfo", "\"muhash\"").find("muhash"));
    CHECK(refusal("gettxoutsetinfo", "\"x\"") == Refusal{-8, "'x' is not a valid hash_type"});
    CHECK(refusal("gettxoutsetinfo", "\"none\",1") ==
          Refusal{-8, "Querying specific block heights requires coinstatsindex"});
}
