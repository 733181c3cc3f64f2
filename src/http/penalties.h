#pragma once

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <map>
#include <optional>

namespace daler::http {

/// The times of the answers to wrong passwords: those of one address are answered one after the
/// other, on all its connections together. An IPv6 network of 64 bits counts as one address.
class Penalties {
public:
    using Clock = std::chrono::steady_clock;

    /// `step`: from one answer to the next. `longest`: a client that must wait longer gets no
    /// answer.
    Penalties(Clock::duration step, Clock::duration longest) : step_(step), longest_(longest) {}

    /// How long the answer to a wrong password from `address` must wait; nothing if that is longer
    /// than `longest`.
    [[nodiscard]] std::optional<Clock::duration> add(const boost::asio::ip::address& address,
                                                     Clock::time_point now);

private:
    const Clock::duration step_, longest_;
    std::map<boost::asio::ip::address, Clock::time_point> last_;  ///< the last answer to each
};

}  // namespace daler::http
