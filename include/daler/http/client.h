#pragma once

#include <daler/util/result.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace daler::http {

/// The server and how to ask it.
struct ClientOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    std::string target = "/";
    std::string credentials{};  ///< "user:password" for Basic authentication; empty: none
    std::string content_type = "application/json";
    std::chrono::milliseconds timeout{900'000};  ///< for the whole exchange; 0: none
};

struct ClientResponse {
    int status = 0;
    std::string body;
};

struct ClientError {
    enum class Kind : std::uint8_t {
        connect,   ///< no server listens there (yet)
        timeout,   ///< no answer in time
        protocol,  ///< the connection broke or the answer is not HTTP
    };
    Kind kind;
    std::string message;  ///< a sentence that names host and port
};

/// Posts requests over one connection, which stays open between them as long as the server keeps
/// it. One thread.
class Client {
public:
    Client();
    ~Client();
    Client(Client&& other) noexcept;
    Client& operator=(Client&& other) noexcept;

    /// Posts `body` and waits for the answer, which may have any status. Connects again if
    /// `options` names another server, or if the server has closed the connection meanwhile.
    [[nodiscard]] Result<ClientResponse, ClientError> post(const ClientOptions& options,
                                                           std::string body);

private:
    class Connection;
    std::unique_ptr<Connection> connection_;  ///< null: none is open
};

/// The same over a connection for this request only.
[[nodiscard]] Result<ClientResponse, ClientError> post(const ClientOptions& options,
                                                       std::string body);

}  // namespace daler::http
