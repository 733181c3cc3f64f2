#pragma once

#include <atomic>
#include <chrono>

namespace daler {

/// Seconds since 1970 (UTC). Block times, lock times and RPC times all use it.
using BlockTime = std::chrono::sys_seconds;

/// The node's two clocks. The one of timers is that of the system. Chain time is the time in
/// blocks, lock times, and the entries of mempool and wallets. It runs with the other, but private
/// networks may move it or let it stand still, which moves no timer. `setmocktime` freezes both.
/// They are passed to the code that needs the time. Thread-safe.
class Clock {
public:
    using Milliseconds = std::chrono::sys_time<std::chrono::milliseconds>;

    /// The time of timers in whole seconds; the mock time while one is set.
    [[nodiscard]] BlockTime now() const;

    /// The time of timers in milliseconds; the mock time (whole seconds) while one is set.
    /// Timeouts, bans and expiry are measured with it.
    [[nodiscard]] Milliseconds now_ms() const;

    /// Chain time.
    [[nodiscard]] BlockTime chain_now() const;

    /// Wall time in microseconds, mock time or not: for logs and for measuring.
    [[nodiscard]] static std::chrono::sys_time<std::chrono::microseconds> real_now();

    /// Freezes both clocks at `time`; the epoch (zero) lets them run again. If chain time stands
    /// still, it stands at `time` from now on.
    void set_mock_time(BlockTime time);

    /// The frozen time, or zero.
    [[nodiscard]] BlockTime mock_time() const;

    /// Moves chain time to `time`. It runs on from there, or stands still there if it stood still.
    void set_chain_time(BlockTime time);

    /// Moves chain time to `time`, where it stands still.
    void stop_chain_time(BlockTime time);

    /// How far chain time is ahead of the time of timers.
    [[nodiscard]] std::chrono::seconds chain_offset() const;

    /// Whether chain time stands still.
    [[nodiscard]] bool is_chain_time_stopped() const;

    /// All that was set, in seconds; zeros: nothing.
    struct Setting {
        std::int64_t mock = 0;     ///< see set_mock_time
        std::int64_t offset = 0;   ///< see chain_offset
        std::int64_t stopped = 0;  ///< where chain time stands still

        bool operator==(const Setting&) const = default;
    };
    [[nodiscard]] Setting setting() const { return {mock_, offset_, stopped_}; }
    void set(const Setting& setting);

private:
    std::atomic<std::int64_t> mock_{0};
    std::atomic<std::int64_t> offset_{0};   ///< of chain time, in seconds, while it runs
    std::atomic<std::int64_t> stopped_{0};  ///< where chain time stands still; 0: it runs
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
