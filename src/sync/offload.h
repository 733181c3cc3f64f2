#pragma once

#include <daler/util/thread_pool.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <memory>

namespace daler::sync {

/// Runs `work` on a worker and resumes the coroutine on its own executor with the result, which
/// must be default-constructible. An exception of `work` is thrown there, too. `work` must own what
/// it reads.
template <class Work>
boost::asio::awaitable<std::invoke_result_t<Work&>> offload(ThreadPool& workers, Work work) {
    namespace asio = boost::asio;
    const auto executor = co_await asio::this_coro::executor;
    const auto tracked = asio::prefer(executor, asio::execution::outstanding_work.tracked);
    auto outcome = std::make_shared<std::invoke_result_t<Work&>>();
    auto error = std::make_shared<std::exception_ptr>();
    // Named, not written into the co_await expression: gcc 12 would destroy its captures twice.
    auto initiate = [&workers, tracked, &work, outcome, error](auto handler) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        workers.run([work = std::move(work), shared, tracked, outcome, error]() mutable {
            try {
                *outcome = work();
            } catch (...) {
                *error = std::current_exception();
            }
            asio::post(tracked, [shared = std::move(shared)] { std::move (*shared)(); });
        });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate,
                                                                         asio::use_awaitable);
    if (*error) std::rethrow_exception(*error);
    co_return std::move(*outcome);
}

}  // namespace daler::sync
