#include <daler/net/condition.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace daler::net {

namespace asio = boost::asio;

/// Each waiter has a timer of its own; `notify` cancels them all.
struct Condition::Impl {
    explicit Impl(const asio::any_io_executor& the_executor) : executor(the_executor) {}
    asio::any_io_executor executor;
    std::vector<asio::steady_timer*> waiting;
};

Condition::Condition(const asio::any_io_executor& executor)
    : impl_(std::make_shared<Impl>(executor)) {}

Condition::~Condition() {
    notify();
}

asio::awaitable<void> Condition::wait() {
    return wait_for(std::chrono::hours(1));
}

asio::awaitable<void> Condition::wait_for(std::chrono::milliseconds time) {
    const auto impl = impl_;  // the condition may go before its waiters have run
    asio::steady_timer timer(impl->executor, time);
    impl->waiting.push_back(&timer);
    boost::system::error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_await timer.async_wait(token);
    std::erase(impl->waiting, &timer);
}

void Condition::notify() {
    for (auto* timer : impl_->waiting)
        timer->cancel();
}

}  // namespace daler::net
