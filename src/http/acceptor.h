#pragma once

#include "connection.h"

namespace daler::http {

/// The sockets that accept new clients.
class Acceptor {
public:
    explicit Acceptor(Shared& shared) : shared_(shared) {}

    /// Binds all addresses of the options; a failure names the one that cannot be bound.
    [[nodiscard]] Result<void, std::string> bind();

    /// Starts a ClientConnection for each client, until `close`.
    void start();
    void close();

    /// The port of the first address.
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    [[nodiscard]] Result<void, std::string> bind(const Options::Address& address);
    [[nodiscard]] Result<void, std::string> bind_loopback();
    [[nodiscard]] error_code listen(const tcp::endpoint& endpoint);
    static asio::awaitable<void> accept(Shared& shared, tcp::acceptor& acceptor);

    Shared& shared_;
    std::vector<std::unique_ptr<tcp::acceptor>> acceptors_;
    std::uint16_t port_ = 0;
};

}  // namespace daler::http
