#include <daler/net/condition.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace daler::net {

namespace asio = boost::asio;

/// Each waiter has its own timer; `notify` cancels them all.
struct Condition::Impl {
    explicit Impl(const asio::any_io_executor& the_executor) : executor(the_executor) {}
    asio::any_io_executor executor;
    std::vector<asio::steady_timer*> waiting;
};

namespace {

/// Keeps a timer in the list until its coroutine continues or is destroyed.
template <class Impl>
class WaitingTimer {
public:
    WaitingTimer(Impl& impl, asio::steady_timer& timer) : impl_(impl), timer_(timer) {
        impl_.waiting.push_back(&timer_);
    }
    ~WaitingTimer() { std::erase(impl_.waiting, &timer_); }
    WaitingTimer(const WaitingTimer&) = delete;
    WaitingTimer& operator=(const WaitingTimer&) = delete;

private:
    Impl& impl_;
    asio::steady_timer& timer_;
};

}  // namespace

Condition::Condition(const asio::any_io_executor& executor)
    : impl_(std::make_shared<Impl>(executor)) {}

Condition::~Condition() {
    notify();
}

asio::awaitable<void> Condition::wait() {
    return wait_for(std::chrono::hours(1));
}

asio::awaitable<void> Condition::wait_for(std::chrono::milliseconds time) {
    // The condition may be destroyed before its waiters continue, and a waiter may be destroyed
    // while it waits. The waiter keeps `impl` alive and takes its timer off the list.
    const auto impl = impl_;
    asio::steady_timer timer(impl->executor, time);
    const WaitingTimer waiting(*impl, timer);
    boost::system::error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_await timer.async_wait(token);
}

void Condition::notify() {
    for (auto* timer : impl_->waiting)
        timer->cancel();
}

}  // namespace daler::net
