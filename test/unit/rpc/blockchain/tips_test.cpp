#include <test.h>

#include "node_fixture.h"

#include <thread>

using namespace daler;
using namespace daler::rpc;
using namespace daler::rpc::test;
using Refusal = std::pair<int, std::string>;

TEST_CASE_METHOD(NodeFixture, "waiting ends with the block or at the timeout", "[rpc]") {
    const auto blocks = mine(2);
    const auto tip = blocks[1]->header.hash().to_hex();
    const std::string expected = R"({"hash":")" + tip + R"(","height":2})";
    CHECK(call("waitforblockheight", "2").write() == expected);
    CHECK(call("waitforblock", quoted(tip)).write() == expected);
    CHECK(call("waitforblockheight", "3,1").write() == expected);
    CHECK(call("waitfornewblock", "1").write() == expected);
    CHECK(refusal("waitfornewblock", "-1") == Refusal{-1, "Negative timeout"});

    std::thread miner([this] { mine(1); });
    CHECK(*call("waitforblockheight", "3").find("height") == Json(3));
    miner.join();
    tips.interrupt();
    CHECK(*call("waitforblockheight", "9").find("height") == Json(3));
}
