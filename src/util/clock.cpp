#include <daler/util/clock.h>

namespace daler {

BlockTime Clock::now() const {
    return std::chrono::floor<std::chrono::seconds>(now_ms());
}

Clock::Milliseconds Clock::now_ms() const {
    if (const auto frozen = mock_.load(); frozen != 0)
        return Milliseconds{std::chrono::seconds{frozen}};
    return std::chrono::floor<std::chrono::milliseconds>(real_now());
}

BlockTime Clock::chain_now() const {
    if (const auto stopped = stopped_.load(); stopped != 0) return from_unix(stopped);
    return now() + chain_offset();
}

std::chrono::sys_time<std::chrono::microseconds> Clock::real_now() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

void Clock::set_mock_time(BlockTime time) {
    mock_.store(unix_seconds(time));
    if (time == BlockTime{}) return;
    offset_.store(0);
    if (is_chain_time_stopped()) stopped_.store(unix_seconds(time));
}

BlockTime Clock::mock_time() const {
    return from_unix(mock_.load());
}

void Clock::set_chain_time(BlockTime time) {
    if (is_chain_time_stopped())
        stopped_.store(unix_seconds(time));
    else
        offset_.store(unix_seconds(time) - unix_seconds(now()));
}

void Clock::stop_chain_time(BlockTime time) {
    stopped_.store(unix_seconds(time));
}

std::chrono::seconds Clock::chain_offset() const {
    if (is_chain_time_stopped()) return chain_now() - now();
    return std::chrono::seconds{offset_.load()};
}

bool Clock::is_chain_time_stopped() const {
    return stopped_.load() != 0;
}

void Clock::set(const Setting& setting) {
    mock_.store(setting.mock);
    offset_.store(setting.offset);
    stopped_.store(setting.stopped);
}

}  // namespace daler
