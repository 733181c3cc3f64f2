#pragma once

#include <daler/util/result.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace daler::http {

/// Whom to ask, and how.
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
        connect,   ///< nobody listens there (yet)
        timeout,   ///< no answer in time
        protocol,  ///< the connection broke or the answer is no HTTP
    };
    Kind kind;
    std::string message;  ///< a sentence that names host and port
};

/// Posts `body` over a connection of its own and waits for the answer, whatever its status.
[[nodiscard]] Result<ClientResponse, ClientError> post(const ClientOptions& options,
                                                       std::string body);

}  // namespace daler::http
