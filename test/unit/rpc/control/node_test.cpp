#include <test.h>

#include "node_fixture.h"

using namespace daler;
using namespace daler::rpc;
using namespace daler::rpc::test;
using Refusal = std::pair<int, std::string>;

TEST_CASE_METHOD(NodeFixture, "control methods answer", "[rpc]") {
    CHECK(call("help").as_string().starts_with("== Blockchain ==\n"));
    CHECK(call("help", "\"getblockcount\"").as_string().starts_with("getblockcount\n\n"));
    CHECK(call("help", "\"nothing\"") == Json("help: unknown command: nothing"));
    CHECK(call("stop") == Json("daler stopping"));
    CHECK(stop_asked);
    CHECK(call("uptime").as_integer<int>().value() >= 0);
    CHECK(call("echo", R"(1,"a",[2])").write() == R"([1,"a",[2]])");
    CHECK(keys(call("getrpcinfo")) == "active_commands logpath");
    CHECK(*call("getrpcinfo").find("active_commands")->items()[0].find("method") ==
          Json("getrpcinfo"));
    CHECK(keys(call("getmemoryinfo")) == "locked");
    CHECK(refusal("getmemoryinfo", "\"x\"") == Refusal{-8, "unknown mode x"});
    CHECK(refusal("logging", R"(["nonsense"])") ==
          Refusal{-8, "unknown logging category nonsense"});
    CHECK(*call("logging", R"(["net"],[])").find("net") == Json(true));
    CHECK(*call("logging", R"([],["net","tor"])").find("net") == Json(false));
    CHECK(call("syncwithvalidationinterfacequeue").is_null());
}
