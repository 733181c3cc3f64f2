#include "lookup.h"
#include "socket.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

namespace daler::net {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

namespace {

/// Clears a function that refers to a coroutine's variables when the coroutine ends or is
/// destroyed.
class ClearAtExit {
public:
    explicit ClearAtExit(std::function<void()>& function) : function_(function) {}
    ~ClearAtExit() { function_ = nullptr; }
    ClearAtExit(const ClearAtExit&) = delete;
    ClearAtExit& operator=(const ClearAtExit&) = delete;

private:
    std::function<void()>& function_;
};

}  // namespace

void ConnectAttempt::cancel() {
    cancelled_ = true;
    if (abort_) abort_();
}

asio::awaitable<Result<ConnectionRef, std::string>> connect(PeerAddress address,
                                                            Connection::Options options,
                                                            const Clock& clock,
                                                            ConnectAttemptRef attempt,
                                                            std::chrono::milliseconds timeout) {
    const auto executor = co_await asio::this_coro::executor;
    if (attempt->cancelled_) co_return fail(std::string("cancelled"));
    Lookup lookup(executor, address.host, address.port);
    tcp::socket socket(executor);
    asio::steady_timer timer(executor, timeout);
    // The timer's handler may run after this coroutine has ended. It uses these variables only
    // through attempt->abort_, which is cleared at the end.
    bool late = false;
    attempt->abort_ = [&late, &lookup, &socket] {
        late = true;
        lookup.cancel();
        error_code ignored;
        socket.close(ignored);
    };
    const ClearAtExit clear(attempt->abort_);
    timer.async_wait([attempt](error_code error) {
        if (!error && attempt->abort_) attempt->abort_();
    });

    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    const auto endpoints = co_await lookup.run();
    if (endpoints.empty() && !late)
        co_return fail(fmt::format("cannot resolve {}: {}", address.host, lookup.error()));
    if (!late) {
        const auto any = [](const error_code&, const tcp::endpoint&) { return true; };
        co_await asio::async_connect(socket, endpoints, any, token);
    }
    attempt->abort_ = nullptr;
    timer.cancel();
    if (attempt->cancelled_) co_return fail(std::string("cancelled"));
    if (late) co_return fail(fmt::format("connecting to {} took too long", address.to_text()));
    if (error)
        co_return fail(fmt::format("cannot connect to {}: {}", address.to_text(), error.message()));
    co_return make_connection(std::move(socket), options, clock);
}

}  // namespace daler::net
