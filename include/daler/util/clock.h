#pragma once

#include <atomic>
#include <chrono>

namespace daler {

/// Seconds since 1970 (UTC). Block times, lock times and RPC times all use it.
using BlockTime = std::chrono::sys_seconds;

/// The node's clock. It is passed to the code that needs the time, so tests (and `setmocktime`)
/// can set it. Thread-safe.
class Clock {
public:
    using Milliseconds = std::chrono::sys_time<std::chrono::milliseconds>;

    /// Wall time in whole seconds; the mock time while one is set.
    [[nodiscard]] BlockTime now() const;

    /// Wall time in milliseconds; the mock time (whole seconds) while one is set. Timers of the
    /// protocol (timeouts, bans, expiry) are measured with it, so that mock time moves them.
    [[nodiscard]] Milliseconds now_ms() const;

    /// Wall time in microseconds, mock time or not: for logs and for measuring.
    [[nodiscard]] static std::chrono::sys_time<std::chrono::microseconds> real_now();

    /// Freezes the clock at `time`; the epoch (zero) lets it run again.
    void set_mock_time(BlockTime time);

    /// The frozen time, or zero.
    [[nodiscard]] BlockTime mock_time() const;

private:
    std::atomic<std::int64_t> mock_{0};
};

/// Unix seconds of `time`.
[[nodiscard]] constexpr std::int64_t unix_seconds(BlockTime time) {
    return time.time_since_epoch().count();
}

/// The time `seconds` after 1970.
[[nodiscard]] constexpr BlockTime from_unix(std::int64_t seconds) {
    return BlockTime{std::chrono::seconds{seconds}};
}

}  // namespace daler
