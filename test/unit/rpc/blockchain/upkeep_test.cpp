#include <test.h>

#include "node_fixture.h"

using namespace daler;
using namespace daler::rpc;
using namespace daler::rpc::test;
using Refusal = std::pair<int, std::string>;

TEST_CASE_METHOD(NodeFixture, "blocks are verified, and pruned only with -prune", "[rpc]") {
    pay();
    CHECK(call("verifychain") == Json(true));
    CHECK(call("verifychain", "4,0") == Json(true));
    CHECK(refusal("pruneblockchain", "1") ==
          Refusal{-1, "Cannot prune blocks because node is not in prune mode."});
    services->prune_target = 0;
    services->prune_after = 103;
    CHECK(refusal("pruneblockchain", "-1") == Refusal{-8, "Negative block height."});
    CHECK(refusal("pruneblockchain", "1") == Refusal{-1, "Blockchain is too short for pruning."});
    const Json info = call("getblockchaininfo");
    CHECK(*info.find("pruned") == Json(true));
    CHECK(*info.find("pruneheight") == Json(0));
    CHECK(*info.find("automatic_pruning") == Json(false));
    CHECK_FALSE(info.find("prune_target_size"));
}
