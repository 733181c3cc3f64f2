#include <test.h>

#include "node_fixture.h"

using namespace daler;
using namespace daler::rpc;
using namespace daler::rpc::test;
using Refusal = std::pair<int, std::string>;

TEST_CASE_METHOD(NodeFixture, "mock time freezes the clock on regtest only", "[rpc]") {
    CHECK(call("setmocktime", "1700000000").is_null());
    CHECK(unix_seconds(clock.now()) == 1700000000);
    CHECK(call("setmocktime", "0").is_null());
    CHECK(clock.mock_time() == BlockTime{});
    CHECK(refusal("setmocktime", "-1") ==
          Refusal{-8, "Mocktime must be in the range [0, 9223372036], not -1."});
    CHECK(call("mockscheduler", "3600").is_null());
    CHECK(peers.timers_ahead == std::chrono::hours(1));
    const auto seconds = GENERATE(as<std::string>(), "0", "3601");
    CHECK(refusal("mockscheduler", seconds) ==
          Refusal{-1, "delta_time must be between 1 and 3600 seconds (1 hr)"});
}
