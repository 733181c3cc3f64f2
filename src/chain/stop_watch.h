#pragma once

#include <chrono>
#include <utility>

namespace daler::chain {

/// Times the stages of a piece of work one after the other.
class StopWatch {
public:
    /// Milliseconds since the last lap, or since the watch was made.
    double lap() {
        const auto now = std::chrono::steady_clock::now();
        return std::chrono::duration<double, std::milli>(now - std::exchange(last_, now)).count();
    }

    /// As `lap`, without starting a new one.
    [[nodiscard]] double so_far() const {
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - last_)
            .count();
    }

private:
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace daler::chain
