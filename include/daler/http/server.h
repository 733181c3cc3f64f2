#pragma once

#include <daler/util/result.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace daler::http {

/// How a handler says that it waits for somebody else, so that another one runs meanwhile. For the
/// handler's thread.
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
};

/// Answers a request. Runs on one of the server's threads and may block as long as it likes;
/// several run at once. An exception becomes status 500 and a line in the log.
using Handler = std::function<Response(const Request&)>;

/// Judges the value of the Authorization header. Runs on the connection thread: must not block or
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
    /// Who may ask besides loopback: an address, or a network as 10.0.0.0/8 or 10.0.0.0/255.0.0.0.
    std::vector<std::string> allow{};
    Authorize authorize{};
    /// Whether there is something at a request's target; others get 404. Empty: everywhere. Runs on
    /// the connection thread: must not block or throw.
    std::function<bool(std::string_view target)> serves{};

    std::size_t threads = 4;                  ///< handlers that run at once
    std::size_t queue = 16;                   ///< requests that wait for a thread; more get 503
    std::size_t max_header_size = 8192;       ///< bytes, request line included; more get 431
    std::size_t max_body_size = 32ull << 20;  ///< bytes; more get 413
    /// A further client takes the place of the one that has been idle longest, those that have not
    /// shown a password first. Where none is idle it is hung up on.
    std::size_t max_connections = 512;
    std::chrono::milliseconds timeout{30'000};  ///< for a client that sends or takes nothing
    /// Before a wrong password is answered, and between two such answers to one address. Who would
    /// wait longer than `timeout` is hung up on instead. A right password never waits.
    std::chrono::milliseconds refusal_delay{250};
};

/// An HTTP/1.1 server for POST requests: keep-alive and pipelining, bounds on everything a client
/// sends; lines may end in LF alone. One thread owns all connections. What it answers itself: 400
/// unreadable, 401 not authorised (judged before the body is read; then it hangs up), 403 not
/// allowed from there, 405 not POST, 404 nothing there, 413 and 431 too large, 503 queue full.
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

    /// Takes no more requests, lets those being handled finish and be answered (a client that takes
    /// nothing has five seconds), closes everything and returns. From any thread but a handler's.
    /// To end handlers that wait for something is up to their owner. Afterwards it cannot be
    /// started again.
    void stop();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace daler::http
