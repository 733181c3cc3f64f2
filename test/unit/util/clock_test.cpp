#include <daler/util/clock.h>

#include <test.h>

using namespace daler;

TEST_CASE("a mock time does not change until it is removed", "[util]") {
    Clock clock;
    clock.set_mock_time(from_unix(1234));
    CHECK(unix_seconds(clock.now()) == 1234);
    CHECK(clock.now_ms().time_since_epoch() == std::chrono::seconds{1234});
    clock.set_mock_time(BlockTime{});
    CHECK(unix_seconds(clock.now()) > 1'600'000'000);
}
