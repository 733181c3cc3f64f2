#pragma once

#include "ip_range.h"
#include "penalties.h"
#include "work_queue.h"

#include <daler/http/server.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <unordered_set>

namespace daler::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using beast::error_code;

class ClientConnection;

/// How long a client may take to receive its answer while the server stops.
inline constexpr std::chrono::seconds stop_timeout{5};

/// The state that the connections of one server share. It belongs to the thread that runs `io`,
/// except for the threads of `queue`.
struct Shared {
    Shared(Options the_options, Handler the_handler)
        : options(std::move(the_options)),
          handler(std::move(the_handler)),
          stop_timer(io),
          penalties(options.refusal_delay, options.timeout),
          queue(options.threads, options.queue) {}

    const Options options;
    const Handler handler;
    std::vector<IpRange> allowed;
    asio::io_context io{1};
    std::unordered_set<ClientConnection*> connections;
    bool stopping = false;
    asio::steady_timer stop_timer;  ///< runs while stopping, until the last connection is gone
    Penalties penalties;
    WorkQueue queue;  ///< last: ends before what its jobs use
};

/// One client: reads a request, lets a worker handle it, answers, and repeats.
class ClientConnection : public std::enable_shared_from_this<ClientConnection> {
public:
    ClientConnection(Shared& shared, tcp::socket socket);
    ~ClientConnection();
    ClientConnection(const ClientConnection&) = delete;
    ClientConnection& operator=(const ClientConnection&) = delete;

    /// Serves requests until one side closes the connection; keeps itself alive until then.
    void start();

    /// Closes now, unless a request is being handled or answered: then after the answer.
    void stop();

    /// Closes now, unless a request is still being handled.
    void close_unless_handling();

    /// Whether it may be closed for another client, and whether it is closed before another one.
    [[nodiscard]] bool is_idle() const { return state_ == State::listening && !is_closed_; }
    [[nodiscard]] bool is_replaced_before(const ClientConnection& other) const {
        if (is_authorised_ != other.is_authorised_) return other.is_authorised_;
        return idle_since_ < other.idle_since_;
    }

private:
    enum class State : std::uint8_t { listening, handling, answering };
    using Parser = beast::http::request_parser<beast::http::string_body>;

    static asio::awaitable<void> run(std::shared_ptr<ClientConnection> self);
    asio::awaitable<bool> serve();
    asio::awaitable<bool> read_headers(Parser& parser);
    asio::awaitable<bool> admit(const Parser& parser);
    asio::awaitable<bool> read_body(Parser& parser);
    bool answer_now();
    asio::awaitable<void> handle();
    asio::awaitable<bool> answer(Response response, bool keep_alive);
    asio::awaitable<bool> refuse(Response response);
    asio::awaitable<bool> refuse_unreadable(error_code why);
    asio::awaitable<void> linger();
    asio::awaitable<void> pause(std::chrono::steady_clock::duration time);
    void work();

    Shared& shared_;
    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
    asio::steady_timer timer_;  ///< pauses; cancelled when the handler is done
    asio::ip::address peer_;
    unsigned version_ = 11;  ///< HTTP version of the client, times ten
    State state_ = State::listening;
    bool is_authorised_ = false;  ///< the last request had the right password
    bool is_closed_ = false;      ///< pending operations end soon
    std::chrono::steady_clock::time_point idle_since_ = std::chrono::steady_clock::now();
    Request request_;  ///< belongs to the worker while the handler runs
    Response response_;
};

}  // namespace daler::http
