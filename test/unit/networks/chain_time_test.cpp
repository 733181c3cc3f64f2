#include <test.h>

#include "networks/chain_time.h"

using namespace daler;
using namespace daler::networks;
using namespace std::chrono_literals;

TEST_CASE("a duration is numbers with units, the largest first", "[networks]") {
    CHECK(parse_duration("90s") == 90s);
    CHECK(parse_duration("1d2h30m") == 26h + 30min);
    CHECK(parse_duration("4294967295s") == 4294967295s);
    for (const auto* wrong : {"", "5", "d", "1x", "1h1d", "1h1h", "-1h", "1h-1m", "4294967296s",
                              "99999999999999999999d", "1 h"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_duration(wrong));
    }
}

TEST_CASE("a time is now, a distance, Unix seconds or a date", "[networks]") {
    const BlockTime current = from_unix(1'000'000), now = from_unix(2'000'000);
    CHECK(parse_when("now", current, now).value() == now);
    CHECK(parse_when("+1d", current, now).value() == from_unix(1'086'400));
    CHECK(parse_when("-1m", current, now).value() == from_unix(999'940));
    CHECK(parse_when("1893456000", current, now).value() == from_unix(1'893'456'000));
    CHECK(parse_when("2030-01-01T00:00:00Z", current, now).value() == from_unix(1'893'456'000));
    for (const auto* wrong : {"", "+", "+5", "tomorrow", "-1000000s", "+4294967295s"}) {
        CAPTURE(wrong);
        const auto time = parse_when(wrong, current, now);
        REQUIRE_FALSE(time);
        CHECK(time.error().find("Allowed: now, +1d") != std::string::npos);
    }
}
