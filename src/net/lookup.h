#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <string>
#include <vector>

namespace daler::net {

/// Resolves one host name. The system's resolver cannot be interrupted and may take half a minute.
/// It runs on a detached thread, so that the program can end without waiting for it.
class Lookup {
public:
    using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

    Lookup(boost::asio::any_io_executor executor, std::string host, std::uint16_t port);
    ~Lookup();
    Lookup(const Lookup&) = delete;
    Lookup& operator=(const Lookup&) = delete;

    /// Returns the addresses; none if the lookup failed or `cancel` was called. Call it once.
    [[nodiscard]] boost::asio::awaitable<Endpoints> run();
    /// Same thread as `run`.
    void cancel();
    /// Why the lookup failed.
    [[nodiscard]] std::string error() const;

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
    /// Cancelled when the answer has arrived.
    std::shared_ptr<boost::asio::steady_timer> answered_;
    const std::string host_;
    const std::uint16_t port_;
};

}  // namespace daler::net
