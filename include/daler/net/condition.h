#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>

namespace daler::net {

/// Lets coroutines of one thread wait until something has changed. All of it on the thread of
/// `executor`.
class Condition {
public:
    explicit Condition(const boost::asio::any_io_executor& executor);
    ~Condition();

    /// Returns after the next `notify`, or now and then without reason: look again in a loop.
    [[nodiscard]] boost::asio::awaitable<void> wait();
    /// As `wait`, but at most for `time` (of the real clock).
    [[nodiscard]] boost::asio::awaitable<void> wait_for(std::chrono::milliseconds time);
    /// Wakes everybody who waits.
    void notify();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace daler::net
