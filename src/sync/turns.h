#pragma once

#include <daler/wire/limits.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace daler::sync {

/// Lets other work on this thread run first. Long loops over items of a peer call it regularly, so
/// that one message does not block the others for long.
inline boost::asio::awaitable<void> next_turn() {
    const auto executor = co_await boost::asio::this_coro::executor;
    co_await boost::asio::post(executor, boost::asio::use_awaitable);
}

/// Counts the steps of such a loop.
class TurnCounter {
public:
    /// True in one of limits::items_per_turn calls.
    [[nodiscard]] bool is_over() { return ++steps_ % wire::limits::items_per_turn == 0; }

private:
    std::size_t steps_ = 0;
};

}  // namespace daler::sync
