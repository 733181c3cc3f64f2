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

std::chrono::sys_time<std::chrono::microseconds> Clock::real_now() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

void Clock::set_mock_time(BlockTime time) {
    mock_.store(unix_seconds(time));
}

BlockTime Clock::mock_time() const {
    return from_unix(mock_.load());
}

}  // namespace daler
