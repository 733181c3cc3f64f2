#include <daler/http/server.h>

#include "acceptor.h"

#include <daler/util/thread_name.h>

#include <boost/asio/post.hpp>

#include <thread>

namespace daler::http {
class Server::Impl {
public:
    Impl(Options options, Handler handler)
        : shared_(std::move(options), std::move(handler)), acceptor_(shared_) {}

    ~Impl() { stop(); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    Result<void, std::string> start() {
        for (const char* loopback : {"127.0.0.0/8", "::1"})
            shared_.allowed.push_back(IpRange::parse(loopback).value());
        for (const std::string& text : shared_.options.allow) {
            const auto subnet = IpRange::parse(text);
            if (!subnet) {
                return fail("\"" + text +
                            "\" is not a network that may use RPC: give an address (1.2.3.4), or a "
                            "network with its length (1.2.3.0/24) or mask (1.2.3.0/255.255.255.0)");
            }
            shared_.allowed.push_back(*subnet);
        }
        if (auto bound = acceptor_.bind(); !bound) {
            acceptor_.close();
            return bound;
        }
        acceptor_.start();
        thread_ = std::thread([this] {
            set_thread_name("http");
            shared_.io.run();
        });
        return {};
    }

    [[nodiscard]] std::uint16_t port() const { return acceptor_.port(); }

    void stop() {
        if (!thread_.joinable()) return;
        asio::post(shared_.io, [this] { begin_stop(); });
        // The thread ends when the last connection has.
        thread_.join();
    }

private:
    void begin_stop() {
        shared_.stopping = true;
        acceptor_.close();
        // Closing runs no coroutine at once, so the set does not change under us.
        for (ClientConnection* connection : shared_.connections)
            connection->stop();
        if (shared_.connections.empty()) return;
        shared_.stop_timer.expires_after(stop_timeout);
        shared_.stop_timer.async_wait([this](const error_code&) {
            for (ClientConnection* connection : shared_.connections)
                connection->close_unless_handling();
        });
    }

    Shared shared_;
    Acceptor acceptor_;
    std::thread thread_;
};

Server::Server(Options options, Handler handler)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(handler))) {}
Server::~Server() = default;
Result<void, std::string> Server::start() {
    return impl_->start();
}
std::uint16_t Server::port() const {
    return impl_->port();
}
void Server::stop() {
    impl_->stop();
}

}  // namespace daler::http
