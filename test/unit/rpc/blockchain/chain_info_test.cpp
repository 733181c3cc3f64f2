#include <test.h>

#include "node_fixture.h"

using namespace daler;
using namespace daler::rpc;
using namespace daler::rpc::test;
using Refusal = std::pair<int, std::string>;

TEST_CASE_METHOD(NodeFixture, "the state of the chain is shown with Bitcoin Core's fields",
                 "[rpc]") {
    const auto blocks = mine(3);
    const auto tip = blocks.back()->header.hash().to_hex();
    CHECK(call("getblockcount") == Json(3));
    CHECK(call("getbestblockhash") == Json(tip));
    CHECK(call("getdifficulty").write() == "4.656542373906925e-10");
    CHECK(call("getblockhash", "0") == Json(builder.genesis().to_hex()));
    CHECK(call("getblockhash", "3") == Json(tip));
    CHECK(refusal("getblockhash", "4") == Refusal{-8, "Block height out of range"});
    CHECK(refusal("getblockhash", "-1") == Refusal{-8, "Block height out of range"});

    const Json info = call("getblockchaininfo");
    CHECK(keys(info) ==
          "chain blocks headers bestblockhash difficulty time mediantime verificationprogress "
          "initialblockdownload chainwork size_on_disk pruned warnings");
    CHECK(*info.find("chain") == Json("regtest"));
    CHECK(*info.find("headers") == Json(3));
    CHECK(*info.find("chainwork") == Json(std::string(63, '0') + "8"));
    CHECK(info.find("verificationprogress")->as_double() == 1.0);
    CHECK(*info.find("warnings") == Json::array());
}

TEST_CASE_METHOD(NodeFixture, "the tips of branches are shown with a status", "[rpc]") {
    const auto main = mine(3);
    const auto side = builder.chain(builder.genesis(), 2);
    for (const auto& block : side)
        submit(block);
    const Json ends = call("getchaintips");
    REQUIRE(ends.size() == 2);
    CHECK(keys(ends[0]) == "height hash branchlen status");
    CHECK(*ends[0].find("status") == Json("active"));
    CHECK(*ends[0].find("branchlen") == Json(0));
    CHECK(*ends[1].find("hash") == Json(side[1]->header.hash().to_hex()));
    CHECK(*ends[1].find("branchlen") == Json(2));
    CHECK(*ends[1].find("status") == Json("valid-headers"));

    CHECK(call("invalidateblock", quoted(main[1]->header.hash().to_hex())).is_null());
    CHECK(call("getbestblockhash") == Json(side[1]->header.hash().to_hex()));
    CHECK(*call("getchaintips")[0].find("status") == Json("invalid"));
    CHECK(call("reconsiderblock", quoted(main[1]->header.hash().to_hex())).is_null());
    CHECK(call("getbestblockhash") == Json(main[2]->header.hash().to_hex()));
    CHECK(*call("getchaintips")[1].find("status") == Json("valid-fork"));
}

TEST_CASE_METHOD(NodeFixture, "statistics count transactions in a window of blocks", "[rpc]") {
    mine(4);
    const Json stats = call("getchaintxstats");
    CHECK(*stats.find("txcount") == Json(5));
    CHECK(*stats.find("window_block_count") == Json(3));
    CHECK(*stats.find("window_tx_count") == Json(3));
    CHECK(*call("getchaintxstats", "2").find("window_tx_count") == Json(2));
    CHECK_FALSE(call("getchaintxstats", "0").find("window_interval"));
    const Refusal invalid{-8,
                          "Invalid block count: should be between 0 and the block's height - 1"};
    CHECK(refusal("getchaintxstats", "4") == invalid);
    CHECK(refusal("getchaintxstats", "-1") == invalid);
    CHECK(refusal("getchaintxstats", "1," + unknown_hash) == Refusal{-5, "Block not found"});
}
