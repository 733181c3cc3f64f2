#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>

namespace daler::net {

/// Coroutines of one thread wait here until something has changed. Only for the thread of
/// `executor`.
class Condition {
public:
    explicit Condition(const boost::asio::any_io_executor& executor);
    ~Condition();

    /// Returns after the next `notify`, and sometimes without one: check the condition in a loop.
    [[nodiscard]] boost::asio::awaitable<void> wait();
    /// As `wait`, but at most for `time` (of the real clock).
    [[nodiscard]] boost::asio::awaitable<void> wait_for(std::chrono::milliseconds time);
    /// Wakes all waiters.
    void notify();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace daler::net
