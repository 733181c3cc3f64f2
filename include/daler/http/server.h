#pragma once

#include <daler/util/result.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace daler::http {

/// A handler uses this to say that it waits for another thread, so that another handler can run.
/// Call it on the handler's thread.
class Waiting {
public:
    virtual ~Waiting() = default;
    /// False if too many wait already.
    [[nodiscard]] virtual bool begin() = 0;
    virtual void end() = 0;
};

/// A request that was authorised and has been read completely.
struct Request {
    std::string method;         ///< always "POST"
    std::string target;         ///< as sent, for example "/wallet/my%20wallet"
    std::string authorization;  ///< value of that header
    std::string body;
    std::string peer;            ///< "127.0.0.1:50000" or "[::1]:50000"
    Waiting* waiting = nullptr;  ///< valid while the handler runs
};

struct Response {
    int status = 200;
    std::string content_type{};  ///< empty: no such header
    std::string body{};
    std::vector<std::pair<std::string, std::string>> headers{};  ///< more of them: name and value
    bool is_secret = false;  ///< the body is wiped when it is sent
};

/// Answers a request. Runs on one of the server's threads and may block; several run at once. An
/// exception becomes status 500 and a line in the log.
using Handler = std::function<Response(const Request&)>;

/// Checks the value of the Authorization header. Runs on the connection thread: must not block or
/// throw.
using Authorize = std::function<bool(std::string_view authorization, std::string_view peer)>;

struct Options {
    struct Address {
        std::string host;  ///< a numeric address or a name; without brackets
        std::uint16_t port = 0;
    };

    /// Where to listen. Empty: on `port` of 127.0.0.1 and, where there is IPv6, of ::1.
    std::vector<Address> bind{};
    std::uint16_t port = 0;  ///< 0: any free one, see Server::port
    /// Clients that may connect besides loopback: an address, or a network as 10.0.0.0/8 or
    /// 10.0.0.0/255.0.0.0.
    std::vector<std::string> allow{};
    Authorize authorize{};
    /// True for a target that is served; requests to others get 404. Empty: all are served. Runs
    /// on the connection thread: must not block or throw.
    std::function<bool(std::string_view target)> serves{};
    /// Answers at once a request that needs no thread of its own, since a change of threads costs
    /// more than a small answer. Nothing: the handler answers. Empty: it answers all. Runs on the
    /// connection thread: must not block or throw.
    std::function<std::optional<Response>(const Request&)> answer_now{};

    std::size_t threads = 4;                  ///< handlers that run at once
    std::size_t queue = 16;                   ///< requests that wait for a thread; more get 503
    std::size_t max_header_size = 8192;       ///< bytes, request line included; more get 431
    std::size_t max_body_size = 32ull << 20;  ///< bytes; more get 413
    /// A further client replaces the one that has been idle longest; clients without a right
    /// password are replaced first. If none is idle, the further client is disconnected.
    std::size_t max_connections = 512;
    std::chrono::milliseconds timeout{30'000};  ///< for a client that sends or takes nothing
    /// The delay of the answer to a wrong password, and the time between two such answers to one
    /// address. A client that would wait longer than `timeout` is disconnected instead. A right
    /// password is not delayed.
    std::chrono::milliseconds refusal_delay{250};
};

/// An HTTP/1.1 server for POST requests: keep-alive and pipelining, bounds on everything a client
/// sends; lines may end in LF alone. One thread owns all connections. Its own answers: 400
/// malformed, 401 not authorised (checked before the body is read; the connection is closed), 403
/// address not allowed, 405 not POST, 404 target not served, 413 and 431 too large, 503 queue
/// full.
class Server {
public:
    Server(Options options, Handler handler);
    ~Server();  ///< stops
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Binds, then serves until `stop`. A failure says which address or network is wrong and why.
    [[nodiscard]] Result<void, std::string> start();

    /// The port of the first address, once started.
    [[nodiscard]] std::uint16_t port() const;

    /// Accepts no more requests, waits until running handlers have ended and their answers are
    /// sent (up to five seconds for a client that does not read), closes the connections and
    /// returns. Call it from a thread that is not a handler's. The owner of the handlers must end
    /// those that wait. The server cannot be started again.
    void stop();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace daler::http
