#include <daler/net/listener.h>

#include "socket.h"

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fmt/format.h>

namespace daler::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

/// How long to wait after a failed accept, for example if no file descriptors are left.
constexpr std::chrono::milliseconds accept_retry_delay{100};

}  // namespace

struct Listener::Impl : std::enable_shared_from_this<Impl> {
    Impl(const asio::any_io_executor& executor, const Connection::Options& the_options,
         const Clock& the_clock, Accept accept)
        : acceptor(executor),
          timer(executor),
          options(the_options),
          clock(the_clock),
          on_accept(std::move(accept)) {}

    void accept_next() {
        acceptor.async_accept([self = shared_from_this()](error_code error, tcp::socket socket) {
            if (!self->acceptor.is_open()) return;
            if (!error) {
                self->on_accept(make_connection(std::move(socket), self->options, self->clock));
                self->accept_next();
                return;
            }
            self->timer.expires_after(accept_retry_delay);
            self->timer.async_wait([self](error_code cancelled) {
                if (!cancelled && self->acceptor.is_open()) self->accept_next();
            });
        });
    }

    tcp::acceptor acceptor;
    asio::steady_timer timer;
    const Connection::Options options;
    const Clock& clock;
    Accept on_accept;
    wire::Endpoint local;
};

Result<std::unique_ptr<Listener>, std::string> Listener::open(const asio::any_io_executor& executor,
                                                              const PeerAddress& address,
                                                              Connection::Options options,
                                                              const Clock& clock,
                                                              Accept on_accept) {
    const auto failed = [&](const std::string& why) {
        return fail(
            fmt::format("Unable to bind to {} on this computer: {}", address.to_text(), why));
    };
    error_code error;
    const auto host = asio::ip::make_address(address.host, error);
    if (error) return failed("not an IP address");
    const tcp::endpoint endpoint(host, address.port);

    auto impl = std::make_shared<Impl>(executor, options, clock, std::move(on_accept));
    auto& acceptor = impl->acceptor;
    acceptor.open(endpoint.protocol(), error);
    if (error) return failed(error.message());
    acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    // Otherwise [::] would bind the IPv4 port too, and binding 0.0.0.0 would fail.
    if (host.is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
    acceptor.bind(endpoint, error);
    if (error == asio::error::address_in_use)
        return failed("the port is in use; another node is probably running");
    if (error) return failed(error.message());
    acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return failed(error.message());
    impl->local = to_endpoint(acceptor.local_endpoint(error));
    impl->accept_next();
    return std::make_unique<Listener>(std::move(impl));
}

Listener::Listener(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Listener::~Listener() {
    error_code ignored;
    impl_->acceptor.close(ignored);
    impl_->timer.cancel();
}

const wire::Endpoint& Listener::local() const {
    return impl_->local;
}

}  // namespace daler::net
