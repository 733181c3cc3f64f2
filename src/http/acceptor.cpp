#include "acceptor.h"

#include <daler/util/log.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace daler::http {
namespace {

// If the process has no file descriptor left, to accept again at once would only use CPU time.
constexpr std::chrono::milliseconds accept_pause{100};

std::string refusal(const std::string& host, std::uint16_t port, const error_code& why) {
    const bool wide = host.find(':') != std::string::npos;
    std::string text = fmt::format("cannot listen for RPC on {}:{}: {}",
                                   wide ? "[" + host + "]" : host, port, why.message());
    if (why == asio::error::address_in_use) text += " (is another node running?)";
    return text;
}

/// Disconnects the client that has been idle longest, those without a right password first. False
/// if none is idle.
bool replace_idle_client(Shared& shared) {
    ClientConnection* first = nullptr;
    for (ClientConnection* connection : shared.connections)
        if (connection->is_idle() && (!first || connection->is_replaced_before(*first)))
            first = connection;
    if (!first) return false;
    first->stop();
    return true;
}

}  // namespace

error_code Acceptor::listen(const tcp::endpoint& endpoint) {
    auto acceptor = std::make_unique<tcp::acceptor>(shared_.io);
    error_code error;
    acceptor->open(endpoint.protocol(), error);
    if (error) return error;
    acceptor->set_option(tcp::acceptor::reuse_address(true), error);
    // Otherwise :: would take the IPv4 addresses as well, and 0.0.0.0 beside it would fail.
    if (endpoint.address().is_v6()) acceptor->set_option(asio::ip::v6_only(true), error);
    acceptor->bind(endpoint, error);
    if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
    if (error) return error;
    if (acceptors_.empty()) port_ = acceptor->local_endpoint().port();
    acceptors_.push_back(std::move(acceptor));
    return {};
}

Result<void, std::string> Acceptor::bind(const Options::Address& address) {
    error_code error;
    tcp::resolver resolver(shared_.io);
    const auto found =
        resolver.resolve(address.host, std::to_string(address.port),
                         tcp::resolver::passive | tcp::resolver::numeric_service, error);
    if (error) return fail(refusal(address.host, address.port, error));
    for (const auto& entry : found)
        if (error = listen(entry.endpoint()); error)
            return fail(refusal(address.host, address.port, error));
    return {};
}

Result<void, std::string> Acceptor::bind_loopback() {
    const auto ipv4 = asio::ip::make_address("127.0.0.1");
    const auto ipv6 = asio::ip::make_address("::1");
    if (const auto error = listen({ipv4, shared_.options.port}); error)
        return fail(refusal(ipv4.to_string(), shared_.options.port, error));
    // A machine without IPv6 is common and not an error. A port that is in use is an error, unless
    // the system chose its number.
    const auto error = listen({ipv6, port_});
    if (error == asio::error::address_in_use && shared_.options.port != 0)
        return fail(refusal(ipv6.to_string(), port_, error));
    return {};
}

Result<void, std::string> Acceptor::bind() {
    if (shared_.options.bind.empty()) return bind_loopback();
    for (const auto& address : shared_.options.bind)
        if (auto bound = bind(address); !bound) return bound;
    return {};
}

void Acceptor::start() {
    for (const auto& acceptor : acceptors_)
        asio::co_spawn(shared_.io, accept(shared_, *acceptor), asio::detached);
}

void Acceptor::close() {
    error_code ignored;
    for (const auto& acceptor : acceptors_)
        acceptor->close(ignored);
}

asio::awaitable<void> Acceptor::accept(Shared& shared, tcp::acceptor& acceptor) {
    asio::steady_timer timer(shared.io);
    for (;;) {
        tcp::socket socket(shared.io);
        error_code error;
        co_await acceptor.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
        if (!acceptor.is_open()) co_return;
        if (error) {
            timer.expires_after(accept_pause);
            co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
            continue;
        }
        if (shared.connections.size() >= shared.options.max_connections &&
            !replace_idle_client(shared)) {
            continue;
        }
        std::make_shared<ClientConnection>(shared, std::move(socket))->start();
    }
}

}  // namespace daler::http
