#pragma once

#include <daler/wire/limits.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace daler::sync {

/// Lets everybody else on this thread go first. A loop over what a peer has sent calls it now and
/// then, so that no message holds up the others for long.
inline boost::asio::awaitable<void> next_turn() {
    const auto executor = co_await boost::asio::this_coro::executor;
    co_await boost::asio::post(executor, boost::asio::use_awaitable);
}

/// Counts the steps of such a loop.
class TurnCounter {
public:
    /// True once in limits::items_per_turn calls.
    [[nodiscard]] bool is_over() { return ++steps_ % wire::limits::items_per_turn == 0; }

private:
    std::size_t steps_ = 0;
};

}  // namespace daler::sync
