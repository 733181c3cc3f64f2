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
    request.keep_alive(true);
    request.body() = std::move(body);
    request.prepare_payload();
    return request;
}

}  // namespace

/// An open connection to one server.
class Client::Connection {
public:
    explicit Connection(const ClientOptions& options)
        : host_(options.host), port_(options.port), stream_(io_) {}

    /// Connects, and then exchanges requests, one at a time.
    Answer connect(const ClientOptions& options) {
        return run([this, &options] { return open(options); });
    }
    Answer exchange(const ClientOptions& options, const HttpRequest& request) {
        return run([this, &options, &request] { return send(options, request); });
    }

    [[nodiscard]] bool is_to(const ClientOptions& options) const {
        return host_ == options.host && port_ == options.port;
    }
    /// True if the server closed it before it sent a byte of the last answer: it has not read the
    /// request.
    [[nodiscard]] bool was_closed() const { return was_closed_; }
    [[nodiscard]] bool is_reusable() const { return is_reusable_; }

private:
    template <class Task>
    Answer run(Task task) {
        io_.restart();
        asio::co_spawn(io_, task(), asio::detached);
        io_.run();
        return std::move(answer_);
    }

    asio::awaitable<void> open(const ClientOptions& options) {
        error_code error;
        tcp::resolver resolver(io_);
        const auto found =
            co_await resolver.async_resolve(options.host, std::to_string(options.port), to(error));
        if (options.timeout.count() > 0) stream_.expires_after(options.timeout);
        if (!error) co_await stream_.async_connect(found, to(error));
        answer_ = ClientResponse{};
        if (error)
            answer_ = no_connection(options, error);
        else
            stream_.socket().set_option(tcp::no_delay(true), error);
    }

    asio::awaitable<void> send(const ClientOptions& options, const HttpRequest& request) {
        if (options.timeout.count() > 0)
            stream_.expires_after(options.timeout);
        else
            stream_.expires_never();
        // A server that refuses may answer and disconnect before it has read the whole request. Its
        // answer counts.
        error_code sending, error;
        co_await beast_http::async_write(stream_, request, to(sending));
        buffer_.reserve(read_size);
        beast_http::response_parser<beast_http::string_body> parser;
        parser.body_limit(boost::none);
        co_await beast_http::async_read(stream_, buffer_, parser, to(error));
        was_closed_ = error && !parser.got_some() && error != beast::error::timeout;
        is_reusable_ = !error && parser.get().keep_alive();
        if (error) {
            answer_ = broken(options, sending ? sending : error);
            co_return;
        }
        answer_ = ClientResponse{static_cast<int>(parser.get().result_int()),
                                 std::move(parser.get().body())};
    }

    std::string host_;
    std::uint16_t port_;
    asio::io_context io_{1};
    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
    Answer answer_;
    bool was_closed_ = false;
    bool is_reusable_ = false;
};

Client::Client() = default;
Client::~Client() = default;
Client::Client(Client&& other) noexcept = default;
Client& Client::operator=(Client&& other) noexcept = default;

Answer Client::post(const ClientOptions& options, std::string body) {
    const auto request = make_request(options, std::move(body));
    if (connection_ && connection_->is_to(options)) {
        auto answer = connection_->exchange(options, request);
        const bool try_again = connection_->was_closed();
        if (!connection_->is_reusable()) connection_.reset();
        if (!try_again) return answer;
    }
    auto fresh = std::make_unique<Connection>(options);
    if (auto connected = fresh->connect(options); !connected) return connected;
    auto answer = fresh->exchange(options, request);
    if (fresh->is_reusable()) connection_ = std::move(fresh);
    return answer;
}

Answer post(const ClientOptions& options, std::string body) {
    return Client().post(options, std::move(body));
}

}  // namespace daler::http
