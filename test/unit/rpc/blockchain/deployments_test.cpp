#include <test.h>

#include "node_fixture.h"

using namespace daler;
using namespace daler::rpc;
using namespace daler::rpc::test;

TEST_CASE_METHOD(NodeFixture, "deployments are shown for the next block", "[rpc]") {
    mine(1);
    const Json info = call("getdeploymentinfo");
    CHECK(keys(info) == "hash height deployments");
    const Json* segwit = info.find("deployments")->find("segwit");
    REQUIRE(segwit);
    CHECK(segwit->write() == R"({"type":"buried","active":true,"height":0})");
}

TEST_CASE_METHOD(NodeFixture, "a BIP 9 deployment is shown with its signalling blocks",
                 "[rpc][bip9]") {
    const auto testdummy = [this] {
        return *call("getdeploymentinfo").find("deployments")->find("testdummy");
    };
    CHECK(testdummy().write() ==
          R"({"type":"bip9","active":false,"bip9":{"start_time":0,"timeout":9223372036854775807,)"
          R"("min_activation_height":0,"status":"defined","since":0,"status_next":"defined"}})");
    mine(143);
    const Json last = testdummy();
    CHECK(*last.find("bip9")->find("status") == Json("defined"));
    CHECK(*last.find("bip9")->find("status_next") == Json("started"));
    mine(2);
    CHECK(testdummy().write() ==
          R"({"type":"bip9","active":false,"bip9":{"bit":28,"start_time":0,)"
          R"("timeout":9223372036854775807,"min_activation_height":0,"status":"started",)"
          R"("since":144,"status_next":"started","statistics":{"period":144,"elapsed":2,"count":0,)"
          R"("threshold":108,"possible":true},"signalling":"--"}})");
}
