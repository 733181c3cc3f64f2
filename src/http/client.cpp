#include <daler/http/client.h>

#include <daler/encoding/base64.h>

#include <fmt/format.h>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace daler::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace beast_http = beast::http;
using tcp = asio::ip::tcp;
using beast::error_code;
using Kind = ClientError::Kind;
using Answer = Result<ClientResponse, ClientError>;
using HttpRequest = beast_http::request<beast_http::string_body>;

// Answers can be large, and by default the buffer would read 512 bytes at a time.
constexpr std::size_t read_size = 64 * 1024;

auto to(error_code& error) {
    return asio::redirect_error(asio::use_awaitable, error);
}

std::string place(const ClientOptions& options) {
    const bool wide = options.host.find(':') != std::string::npos;
    return fmt::format("{}:{}", wide ? "[" + options.host + "]" : options.host, options.port);
}

Answer no_connection(const ClientOptions& options, const error_code& why) {
    return fail(ClientError{
        Kind::connect,
        fmt::format("Could not connect to the server {}: {}. Is the node running, and is "
                    "this its RPC port?",
                    place(options), why.message())});
}

Answer broken(const ClientOptions& options, const error_code& why) {
    if (why == beast::error::timeout) {
        return fail(ClientError{
            Kind::timeout, fmt::format("The server {} did not answer within {} s", place(options),
                                       options.timeout.count() / 1000)});
    }
    return fail(ClientError{Kind::protocol, fmt::format("The connection to the server {} broke: {}",
                                                        place(options), why.message())});
}

HttpRequest make_request(const ClientOptions& options, std::string body) {
    HttpRequest request(beast_http::verb::post, options.target, 11);
    request.set(beast_http::field::host, place(options));
    request.set(beast_http::field::content_type, options.content_type);
    if (!options.credentials.empty()) {
        request.set(beast_http::field::authorization,
                    "Basic " + base64_encode(as_bytes(options.credentials)));
    }
    request.keep_alive(false);
    request.body() = std::move(body);
    request.prepare_payload();
    return request;
}

asio::awaitable<void> exchange(const ClientOptions& options, HttpRequest request, Answer& answer) {
    const auto executor = co_await asio::this_coro::executor;
    error_code error;
    tcp::resolver resolver(executor);
    const auto found =
        co_await resolver.async_resolve(options.host, std::to_string(options.port), to(error));
    beast::tcp_stream stream(executor);
    if (options.timeout.count() > 0) stream.expires_after(options.timeout);
    if (!error) co_await stream.async_connect(found, to(error));
    if (error) {
        answer = no_connection(options, error);
        co_return;
    }
    stream.socket().set_option(tcp::no_delay(true), error);

    // A server that refuses may answer and disconnect before it has read the whole request. Its
    // answer counts.
    error_code sending;
    co_await beast_http::async_write(stream, request, to(sending));
    beast::flat_buffer buffer;
    buffer.reserve(read_size);
    beast_http::response_parser<beast_http::string_body> parser;
    parser.body_limit(boost::none);
    co_await beast_http::async_read(stream, buffer, parser, to(error));
    if (error) {
        answer = broken(options, sending ? sending : error);
        co_return;
    }
    answer =
        ClientResponse{static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
}

}  // namespace

Answer post(const ClientOptions& options, std::string body) {
    asio::io_context io(1);
    Answer answer;
    asio::co_spawn(io, exchange(options, make_request(options, std::move(body)), answer),
                   asio::detached);
    io.run();
    return answer;
}

}  // namespace daler::http
