#pragma once

#include <daler/config/settings.h>
#include <daler/rpc/credentials.h>
#include <daler/rpc/dispatcher.h>

#include <memory>

namespace daler::rpc {

/// Addresses, users and limits of the RPC server.
struct ServerOptions {
    Credentials::Options credentials;
    std::vector<std::pair<std::string, std::uint16_t>> bind;  ///< empty: loopback
    std::uint16_t port = 0;
    std::vector<std::string> allow;  ///< networks besides loopback
    std::size_t threads = 4;
    std::size_t queue = 16;
    std::chrono::seconds timeout{30};
    std::vector<std::string> warnings;  ///< about the options, for the user
};

/// Reads the options from `settings`. The error names the malformed option.
[[nodiscard]] Result<ServerOptions, std::string> server_options(const config::Settings& settings,
                                                                const ChainParams& params);

/// JSON-RPC over HTTP: POST / and POST /wallet/NAME. Start it before the node is ready: until the
/// dispatcher is opened, callers get the warm-up status.
class RpcServer {
public:
    /// `dispatcher` must outlive it.
    RpcServer(ServerOptions options, Dispatcher& dispatcher);
    ~RpcServer();  ///< stops

    /// Listens and writes the cookie. The error is for the user. Throws StorageError if the cookie
    /// cannot be written.
    [[nodiscard]] Result<void, std::string> start();
    /// The port it listens on.
    [[nodiscard]] std::uint16_t port() const;
    /// User name and password with which the owner of the node may call.
    [[nodiscard]] std::pair<std::string, std::string> login() const;
    /// An address at which a program on this machine reaches it: http://HOST:PORT.
    [[nodiscard]] std::string url() const;
    /// Ends after the running calls. What they wait for must be interrupted before.
    void stop();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The parts of a request's path.
struct Target {
    std::string wallet;
    bool has_wallet = false;
};
[[nodiscard]] std::optional<Target> parse_target(std::string_view target);

/// `text` with its %XX decoded; other characters, also malformed codes, are not changed.
[[nodiscard]] std::string percent_decode(std::string_view text);

}  // namespace daler::rpc
