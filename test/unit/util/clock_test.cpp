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

TEST_CASE("chain time moves without the timers", "[util]") {
    Clock clock;
    clock.set_mock_time(from_unix(1000));
    CHECK(unix_seconds(clock.chain_now()) == 1000);
    clock.set_chain_time(from_unix(5000));
    CHECK(unix_seconds(clock.chain_now()) == 5000);
    CHECK(unix_seconds(clock.now()) == 1000);
    CHECK(clock.chain_offset() == std::chrono::seconds{4000});
}

TEST_CASE("a mock time moves both clocks", "[util]") {
    Clock clock;
    clock.set_chain_time(from_unix(5000));
    clock.set_mock_time(from_unix(1000));
    CHECK(unix_seconds(clock.chain_now()) == 1000);
    clock.stop_chain_time(from_unix(7000));
    clock.set_mock_time(from_unix(2000));
    CHECK(unix_seconds(clock.chain_now()) == 2000);
}

TEST_CASE("chain time that was stopped stands still until it is moved", "[util]") {
    Clock clock;
    clock.stop_chain_time(from_unix(7000));
    CHECK(clock.is_chain_time_stopped());
    CHECK(unix_seconds(clock.chain_now()) == 7000);
    clock.set_chain_time(from_unix(7060));
    CHECK(unix_seconds(clock.chain_now()) == 7060);
    CHECK(clock.is_chain_time_stopped());
    CHECK(unix_seconds(clock.now()) > 1'600'000'000);
}

TEST_CASE("a clock returns to an earlier setting", "[util]") {
    Clock clock;
    const auto running = clock.setting();
    clock.set_mock_time(from_unix(1000));
    const auto mocked = clock.setting();
    clock.set_mock_time({});
    clock.stop_chain_time(from_unix(7000));
    clock.set(mocked);
    CHECK(unix_seconds(clock.now()) == 1000);
    CHECK(unix_seconds(clock.chain_now()) == 1000);
    clock.set(running);
    CHECK_FALSE(clock.is_chain_time_stopped());
    CHECK(clock.mock_time() == BlockTime{});
}
