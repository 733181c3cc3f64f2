#pragma once

#include <chrono>
#include <map>
#include <string>

namespace daler::sync {

/// Bounds the lines about peers that this node has no use for: one per address and minute.
class RefusalLog {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// False if there was a line about `address` less than a minute before `now`, or about very
    /// many others.
    [[nodiscard]] bool allow(const std::string& address, Time now);

private:
    std::map<std::string, Time> last_;
};

}  // namespace daler::sync
