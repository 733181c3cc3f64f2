#include "connection.h"

#include "header_text.h"

#include <daler/util/log.h>
#include <daler/util/wipe.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/write.hpp>

namespace daler::http {
namespace {

namespace beast_http = beast::http;

// One read of a socket is at most 64 KiB; the rest is for bytes left from the last read.
constexpr std::size_t max_buffer_size = 128 * 1024;
// The part of a body that does not come with the headers is read in pieces of this size. The
// buffer's own choice is 512 bytes, with a system call or two for each.
constexpr std::size_t body_buffer_size = 64 * 1024;
constexpr std::size_t header_read_size = 4096;

// After a refusal the client may still be sending. To close at once would reset the connection,
// and the client could lose the answer. So we read for a short time.
constexpr std::chrono::seconds linger_time{1};
constexpr std::size_t linger_bytes = 64u << 20;

constexpr std::string_view please_continue = "HTTP/1.1 100 Continue\r\n\r\n";

auto to(error_code& error) {
    return asio::redirect_error(asio::use_awaitable, error);
}

std::string describe(const tcp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    const std::string port = std::to_string(endpoint.port());
    return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

Response plain(int status, std::string body) {
    return {status, "text/plain", std::move(body), {}};
}

std::string text(beast::string_view view) {
    return {view.data(), view.size()};
}

/// Overwrites the first bytes of the buffer that are not in use any more.
void wipe_used(beast::flat_buffer& buffer, std::size_t count) {
    const auto unused = buffer.prepare(buffer.capacity() - buffer.size());
    wipe({static_cast<std::uint8_t*>(unused.data()), std::min(unused.size(), count)});
}

/// Enlarges the buffer without leaving a copy of its bytes.
void make_room(beast::flat_buffer& buffer) {
    if (buffer.capacity() >= body_buffer_size) return;
    const auto bytes = buffer.data();
    beast::flat_buffer larger(buffer.max_size());
    larger.reserve(body_buffer_size);
    larger.commit(asio::buffer_copy(larger.prepare(bytes.size()), bytes));
    wipe({static_cast<std::uint8_t*>(bytes.data()), bytes.size()});
    buffer = std::move(larger);
}

}  // namespace

ClientConnection::ClientConnection(Shared& shared, tcp::socket socket)
    : shared_(shared), stream_(std::move(socket)), buffer_(max_buffer_size), timer_(shared.io) {
    shared_.connections.insert(this);
}

ClientConnection::~ClientConnection() {
    shared_.connections.erase(this);
    if (shared_.stopping && shared_.connections.empty()) shared_.stop_timer.cancel();
}

void ClientConnection::start() {
    asio::co_spawn(shared_.io, run(shared_from_this()), asio::detached);
}

void ClientConnection::stop() {
    if (state_ != State::listening) return;
    is_closed_ = true;
    stream_.close();
    timer_.cancel();
}

void ClientConnection::close_unless_handling() {
    if (state_ != State::handling) stream_.close();
}

asio::awaitable<void> ClientConnection::run(std::shared_ptr<ClientConnection> self) {
    error_code error;
    const tcp::endpoint peer = self->stream_.socket().remote_endpoint(error);
    if (error) co_return;
    self->peer_ = peer.address();
    self->request_.peer = describe(peer);
    self->stream_.socket().set_option(tcp::no_delay(true), error);
    while (co_await self->serve()) {
    }
    self->stream_.close();
}

// One request. False if the connection ends with it.
asio::awaitable<bool> ClientConnection::serve() {
    Parser parser;
    // We count the bytes ourselves. Lines that ended in LF alone are longer now.
    parser.header_limit(static_cast<std::uint32_t>(2 * shared_.options.max_header_size));
    parser.body_limit(boost::none);  // checked below, after the password
    if (!co_await read_headers(parser)) co_return false;
    version_ = parser.get().version();

    if (!co_await admit(parser)) co_return false;
    if (!co_await read_body(parser)) co_return false;
    if (shared_.stopping || is_closed_) co_return false;

    const bool keep_alive = parser.get().keep_alive();
    request_.method = text(parser.get().method_string());
    request_.target = text(parser.get().target());
    request_.body = std::move(parser.get().body());
    // The body may have a secret.
    wipe_used(buffer_, header_read_size + request_.body.size());
    if (buffer_.capacity() >= body_buffer_size) buffer_.shrink_to_fit();
    if (!answer_now()) {
        state_ = State::handling;
        co_await handle();
    }
    wipe(request_.body);
    state_ = State::answering;
    const bool more = co_await answer(std::move(response_), keep_alive);
    state_ = State::listening;
    idle_since_ = std::chrono::steady_clock::now();
    co_return more;
}

// The parser accepts only lines that end in CR LF, and limits only bytes that it has not parsed
// yet. So we find the end of the headers and count their bytes ourselves.
asio::awaitable<bool> ClientConnection::read_headers(Parser& parser) {
    error_code error;
    stream_.expires_after(shared_.options.timeout);
    for (;;) {
        const auto data = buffer_.data();
        const std::string_view received(static_cast<const char*>(data.data()), data.size());
        const auto size = header_size(received);
        if (size.value_or(received.size()) > shared_.options.max_header_size)
            co_return co_await refuse_unreadable(beast_http::error::header_limit);
        if (size) {
            const std::string headers = with_crlf(received.substr(0, *size));
            parser.put(asio::buffer(headers), error);
            buffer_.consume(*size);
            if (!error && !parser.is_header_done()) error = beast_http::error::bad_line_ending;
            if (error) co_return co_await refuse_unreadable(error);
            co_return true;
        }
        const auto got =
            co_await stream_.async_read_some(buffer_.prepare(header_read_size), to(error));
        if (error) co_return false;
        buffer_.commit(got);
    }
}

// Checks the headers before the body is read.
asio::awaitable<bool> ClientConnection::admit(const Parser& parser) {
    const auto allows = [this](const IpRange& subnet) { return subnet.contains(peer_); };
    if (std::ranges::none_of(shared_.allowed, allows)) co_return co_await refuse(plain(403, ""));
    const auto& serves = shared_.options.serves;
    if (serves && !serves(text(parser.get().target()))) co_return co_await refuse(plain(404, ""));
    if (parser.get().method() != beast_http::verb::post)
        co_return co_await refuse(plain(405, "JSONRPC server handles only POST requests"));

    request_.authorization = text(parser.get()[beast_http::field::authorization]);
    const auto& authorize = shared_.options.authorize;
    is_authorised_ = !authorize || authorize(request_.authorization, request_.peer);
    if (!is_authorised_) {
        // The delay makes it slow to guess passwords. A request without a password is not a guess.
        if (!request_.authorization.empty()) {
            const auto wait = shared_.penalties.add(peer_, std::chrono::steady_clock::now());
            co_await pause(wait.value_or(shared_.options.timeout));
            if (!wait || is_closed_) co_return false;
        }
        Response response = plain(401, "");
        response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"jsonrpc\"");
        co_return co_await refuse(std::move(response));
    }

    const auto announced = parser.content_length();
    if (announced && *announced > shared_.options.max_body_size)
        co_return co_await refuse(plain(413, "Request body too large"));
    co_return true;
}

asio::awaitable<bool> ClientConnection::read_body(Parser& parser) {
    error_code error;
    parser.body_limit(
        shared_.options.max_body_size);  // counts the chunks of a body of unknown size
    const bool waits_for_us =
        beast::iequals(parser.get()[beast_http::field::expect], "100-continue");
    if (waits_for_us && !parser.is_done()) {
        stream_.expires_after(shared_.options.timeout);
        co_await asio::async_write(stream_, asio::buffer(please_continue), to(error));
        if (error) co_return false;
    }
    if (!parser.is_done()) make_room(buffer_);
    while (!parser.is_done()) {
        stream_.expires_after(shared_.options.timeout);
        co_await beast_http::async_read_some(stream_, buffer_, parser, to(error));
        if (error) co_return co_await refuse_unreadable(error);
    }
    co_return true;
}

// Fills response_ without a worker. False if request_ needs one.
bool ClientConnection::answer_now() {
    if (!shared_.options.answer_now) return false;
    auto response = shared_.options.answer_now(request_);
    if (!response) return false;
    response_ = std::move(*response);
    return true;
}

// Lets a worker answer request_ and waits for it.
asio::awaitable<void> ClientConnection::handle() {
    stream_.expires_never();
    timer_.expires_at(asio::steady_timer::time_point::max());
    if (!shared_.queue.try_run([this] { work(); })) {
        response_ = plain(503, "Work queue depth exceeded");
        co_return;
    }
    error_code cancelled;
    co_await timer_.async_wait(to(cancelled));
}

// Runs on a worker. The last step returns the connection to its own thread.
void ClientConnection::work() {
    Response response;
    try {
        request_.waiting = &shared_.queue;
        response = shared_.handler(request_);
    } catch (const std::exception& problem) {
        log::error("http: a request failed: {}", problem.what());
        response = plain(500, "Internal error");
    }
    auto finish = [this, response = std::move(response)]() mutable {
        response_ = std::move(response);
        timer_.cancel();
    };
    asio::post(shared_.io, std::move(finish));
}

asio::awaitable<bool> ClientConnection::answer(Response response, bool keep_alive) {
    beast_http::response<beast_http::string_body> message(
        static_cast<beast_http::status>(response.status), version_);
    for (const auto& [name, value] : response.headers)
        message.set(name, value);
    if (!response.content_type.empty())
        message.set(beast_http::field::content_type, response.content_type);
    message.body() = std::move(response.body);
    message.keep_alive(keep_alive && !shared_.stopping);
    // A response without content has no length (RFC 9110, section 8.6).
    if (response.status != 204) message.prepare_payload();

    error_code error;
    beast_http::response_serializer<beast_http::string_body> serializer(message);
    std::optional<std::chrono::steady_clock::time_point> deadline;
    while (!serializer.is_done()) {
        if (shared_.stopping) {
            if (!deadline) deadline = std::chrono::steady_clock::now() + stop_timeout;
            stream_.expires_at(*deadline);
        } else {
            stream_.expires_after(shared_.options.timeout);
        }
        co_await beast_http::async_write_some(stream_, serializer, to(error));
        if (error) co_return false;
    }
    if (response.is_secret) wipe(message.body());
    // The server may have begun to stop while the answer was sent.
    co_return message.keep_alive() && !shared_.stopping;
}

// Answers and ends the connection, because the rest of what the client sends may be unreadable.
asio::awaitable<bool> ClientConnection::refuse(Response response) {
    co_await answer(std::move(response), false);
    co_await linger();
    co_return false;
}

asio::awaitable<bool> ClientConnection::refuse_unreadable(error_code why) {
    if (why == beast_http::error::header_limit || why == beast_http::error::buffer_overflow)
        co_return co_await refuse(plain(431, "Request headers too large"));
    if (why == beast_http::error::body_limit)
        co_return co_await refuse(plain(413, "Request body too large"));
    // The client is gone or silent; the other errors of this kind are about what it sent.
    const bool is_parse_error =
        why.category() == error_code(beast_http::error::bad_method).category();
    const bool is_end =
        why == beast_http::error::end_of_stream || why == beast_http::error::partial_message;
    if (!is_parse_error || is_end) co_return false;
    co_return co_await refuse(plain(400, "Bad request"));
}

asio::awaitable<void> ClientConnection::linger() {
    error_code error;
    stream_.socket().shutdown(tcp::socket::shutdown_send, error);
    stream_.expires_after(linger_time);
    std::vector<char> discarded(16 * 1024);
    for (std::size_t total = 0; !error && !shared_.stopping && !is_closed_ && total < linger_bytes;)
        total += co_await stream_.async_read_some(asio::buffer(discarded), to(error));
}

asio::awaitable<void> ClientConnection::pause(std::chrono::steady_clock::duration time) {
    if (is_closed_) co_return;
    timer_.expires_after(time);
    error_code cancelled;
    co_await timer_.async_wait(to(cancelled));
}

}  // namespace daler::http
