#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <string>
#include <vector>

namespace daler::net {

/// One look for the addresses of a name. The system's resolver cannot be interrupted and may take
/// half a minute; it runs on a thread that nobody waits for, so that the end of the program does
/// not either.
class Lookup {
public:
    using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

    Lookup(boost::asio::any_io_executor executor, std::string host, std::uint16_t port);
    ~Lookup();
    Lookup(const Lookup&) = delete;
    Lookup& operator=(const Lookup&) = delete;

    /// The addresses, none where there are none or `cancel` was called. Once.
    [[nodiscard]] boost::asio::awaitable<Endpoints> run();
    /// Same thread as `run`.
    void cancel();
    /// Why there are none.
    [[nodiscard]] std::string error() const;

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
    std::shared_ptr<boost::asio::steady_timer> answered_;  ///< cancelled when the answer is there
    const std::string host_;
    const std::uint16_t port_;
};

}  // namespace daler::net
