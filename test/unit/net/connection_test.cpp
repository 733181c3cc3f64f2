#include <daler/net/connection.h>
#include <daler/net/listener.h>
#include <test.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

using namespace daler;
using namespace daler::net;
namespace asio = boost::asio;

namespace {

constexpr Connection::Options options{
    {0xfa, 0xbf, 0xb5, 0xda}, [](std::string_view c) { return c == "ping" || c == "block"; }};

/// A listener on loopback and what it accepted.
struct Loopback {
    Loopback() {
        auto opened = Listener::open(io.get_executor(), {"127.0.0.1", 0}, options, clock,
                                     [this](ConnectionRef c) { accepted.push_back(std::move(c)); });
        REQUIRE(opened);
        listener = std::move(*opened);
    }

    [[nodiscard]] PeerAddress address() const { return {"127.0.0.1", listener->local().port}; }

    /// Runs a coroutine (and all others) until it ends.
    template <class T>
    T run(asio::awaitable<T> work) {
        std::optional<T> out;
        auto wrapped = [](asio::awaitable<T> inner,
                          std::optional<T>& result) -> asio::awaitable<void> {
            result = co_await std::move(inner);
        }(std::move(work), out);
        asio::co_spawn(io, std::move(wrapped), asio::detached);
        run_until([&] { return out.has_value(); });
        return std::move(*out);
    }

    template <class Done>
    void run_until(Done done) {
        io.restart();
        while (!done())
            REQUIRE(io.run_one_for(std::chrono::seconds(10)) > 0);
    }

    /// Both ends of a connection to the listener.
    std::pair<ConnectionRef, ConnectionRef> pair() {
        auto connected = run(connect(address(), options, clock));
        REQUIRE(connected);
        run_until([&] { return !accepted.empty(); });
        auto other = accepted.back();
        accepted.pop_back();
        return {*connected, other};
    }

    /// A plain socket that sends bytes to an accepted connection.
    std::pair<asio::ip::tcp::socket, ConnectionRef> raw() {
        asio::ip::tcp::socket socket(io);
        socket.connect({asio::ip::make_address("127.0.0.1"), listener->local().port});
        run_until([&] { return !accepted.empty(); });
        auto other = accepted.back();
        accepted.pop_back();
        return {std::move(socket), other};
    }

    asio::io_context io;
    Clock clock;
    std::vector<ConnectionRef> accepted;
    std::unique_ptr<Listener> listener;
};

Bytes message(std::string_view command, const Bytes& payload) {
    const auto header = wire::encode_message_header(options.magic, command, payload);
    Bytes out(header.begin(), header.end());
    out.insert(out.end(), payload.begin(), payload.end());
    return out;
}

}  // namespace

TEST_CASE("messages arrive as they were sent, in order", "[net]") {
    Loopback net;
    const auto [a, b] = net.pair();
    a->send("ping", {1, 2, 3});
    a->send("verack", {});
    a->send("block", Bytes(wire::limits::message_bytes, 7));
    const auto first = net.run(b->read_message());
    REQUIRE(first);
    CHECK(first->command == "ping");
    CHECK(first->payload == Bytes{1, 2, 3});
    CHECK(net.run(b->read_message())->command == "verack");
    CHECK(net.run(b->read_message())->payload == Bytes(wire::limits::message_bytes, 7));
    CHECK(a->traffic().bytes_sent == b->traffic().bytes_received);
    CHECK(b->traffic().received_per_message.at("ping") == 27);
    CHECK(b->traffic().received_per_message.at("*other*") == 24);
    CHECK(a->traffic().sent_per_message.at("verack") == 24);
}

TEST_CASE("a message that has arrived completely can be taken without waiting", "[net]") {
    Loopback net;
    auto [socket, connection] = net.raw();
    CHECK_FALSE(connection->take_arrived("ping", 100));
    Bytes bytes = message("verack", {});
    for (std::uint8_t i = 1; i <= 3; ++i) {
        const auto next = message("ping", {i, i});
        bytes.insert(bytes.end(), next.begin(), next.end());
    }
    bytes.pop_back();
    asio::write(socket, asio::buffer(bytes));
    CHECK(net.run(connection->read_message())->command == "verack");
    CHECK_FALSE(connection->take_arrived("block", 100));
    CHECK_FALSE(connection->take_arrived("ping", 2));
    CHECK(connection->take_arrived("ping", 3)->payload == Bytes{1, 1});
    CHECK(connection->take_arrived("ping", 3)->payload == Bytes{2, 2});
    CHECK_FALSE(connection->take_arrived("ping", 3));
    asio::write(socket, asio::buffer(Bytes{3}));
    CHECK(net.run(connection->read_message())->payload == Bytes{3, 3});
    CHECK(connection->traffic().received_per_message.at("ping") == 3 * 26);
}

TEST_CASE("both ends know both addresses", "[net]") {
    Loopback net;
    const auto [a, b] = net.pair();
    CHECK(a->remote() == net.listener->local());
    CHECK(b->remote() == a->local());
}

TEST_CASE("a message with a bad checksum or no command is dropped alone", "[net]") {
    Loopback net;
    auto [socket, connection] = net.raw();
    auto damaged = message("ping", {1});
    damaged.back() ^= 1;
    asio::write(socket, asio::buffer(damaged));
    auto nameless = message("ping", {1});
    nameless[4] = 1;
    asio::write(socket, asio::buffer(nameless));
    asio::write(socket, asio::buffer(message("ping", {2})));
    CHECK(net.run(connection->read_message())->payload == Bytes{2});
}

TEST_CASE("a wrong magic and an oversize header end the reading", "[net]") {
    Loopback net;
    auto [socket, connection] = net.raw();
    auto bytes = message("ping", {});
    SECTION("garbage") {
        bytes[0] ^= 1;
        asio::write(socket, asio::buffer(bytes));
        CHECK(net.run(connection->read_message()).error() == ReadError::wrong_magic);
        CHECK_FALSE(connection->foreign_magic());
    }
    SECTION("another chain") {
        bytes = message("version", {});
        bytes[0] ^= 1;
        asio::write(socket, asio::buffer(bytes));
        CHECK(net.run(connection->read_message()).error() == ReadError::wrong_magic);
        const auto magic = connection->foreign_magic();
        REQUIRE(magic);
        CHECK(std::equal(magic->begin(), magic->end(), bytes.begin()));
    }
    SECTION("one byte too much is announced") {
        const std::uint32_t size = wire::limits::message_bytes + 1;
        std::memcpy(bytes.data() + 16, &size, 4);
        asio::write(socket, asio::buffer(bytes));
        CHECK(net.run(connection->read_message()).error() == ReadError::too_large);
    }
}

TEST_CASE("a message that arrives byte by byte is read completely", "[net]") {
    Loopback net;
    auto [socket, connection] = net.raw();
    std::optional<RawMessage> got;
    auto reading = [](ConnectionRef c, std::optional<RawMessage>& out) -> asio::awaitable<void> {
        auto result = co_await c->read_message();
        if (result) out = std::move(*result);
    }(connection, got);
    asio::co_spawn(net.io, std::move(reading), asio::detached);
    for (const auto byte : message("ping", {9, 8, 7})) {
        CHECK_FALSE(got);
        asio::write(socket, asio::buffer(&byte, 1));
        net.io.restart();
        net.io.poll();
    }
    net.run_until([&] { return got.has_value(); });
    CHECK(got->payload == Bytes{9, 8, 7});
}

TEST_CASE("an incomplete message ends the reading", "[net]") {
    Loopback net;
    auto [socket, connection] = net.raw();
    auto bytes = message("ping", {1, 2, 3});
    bytes.pop_back();
    asio::write(socket, asio::buffer(bytes));
    socket.close();
    CHECK(net.run(connection->read_message()).error() == ReadError::closed);
}

TEST_CASE("the send queue is full beyond its bound and has room once it was read",
          "[net][limits]") {
    Loopback net;
    const auto [a, b] = net.pair();
    constexpr auto largest = wire::limits::send_queue_bytes - wire::MessageHeader::size;
    a->send("block", Bytes(largest));
    CHECK_FALSE(a->is_full());
    b->send("block", Bytes(largest + 1));
    CHECK(b->is_full());
    a->send("block", Bytes(0));
    REQUIRE(a->is_full());
    bool has_room = false;
    auto waiting = [](ConnectionRef c, bool& out) -> asio::awaitable<void> {
        co_await c->wait_for_room();
        out = true;
    }(a, has_room);
    asio::co_spawn(net.io, std::move(waiting), asio::detached);
    CHECK(net.run(b->read_message())->payload.size() == largest);
    net.run_until([&] { return has_room; });
    CHECK_FALSE(a->is_full());
}

TEST_CASE("a connection that is closed after waiting for its queue loses no message", "[net]") {
    Loopback net;
    const auto [a, b] = net.pair();
    constexpr std::size_t large = 3'000'000;
    a->send("block", Bytes(large));
    a->send("ping", {1});
    auto closing = [](ConnectionRef c) -> asio::awaitable<void> {
        co_await c->wait_until_sent();
        c->close();
    }(a);
    asio::co_spawn(net.io, std::move(closing), asio::detached);
    CHECK(net.run(b->read_message())->payload.size() == large);
    CHECK(net.run(b->read_message())->payload == Bytes{1});
    CHECK(net.run(b->read_message()).error() == ReadError::closed);
}

TEST_CASE("the bytes that the system accepted are counted, also of small messages", "[net]") {
    Loopback net;
    const auto [a, b] = net.pair();
    std::uint64_t sent = 0;
    for (const std::size_t size : {std::size_t{8}, std::size_t{8}, std::size_t{500'000}}) {
        a->send("ping", Bytes(size));
        sent += wire::MessageHeader::size + size;
        REQUIRE(net.run(b->read_message()));
        net.run_until([&] { return !a->has_queued(); });
        CHECK(a->bytes_taken() == sent);
    }
}

TEST_CASE("closing one end ends the other's reading", "[net]") {
    Loopback net;
    const auto [a, b] = net.pair();
    a->close();
    CHECK_FALSE(a->is_open());
    CHECK(net.run(b->read_message()).error() == ReadError::closed);
    CHECK(net.run(a->read_message()).error() == ReadError::closed);
}

TEST_CASE("a port in use is an error that names it", "[net]") {
    Loopback net;
    const auto second = Listener::open(net.io.get_executor(), net.address(), options, net.clock,
                                       [](ConnectionRef) {});
    REQUIRE_FALSE(second);
    CHECK(second.error().find(net.address().to_text()) != std::string::npos);
    CHECK(second.error().find("in use") != std::string::npos);
}

TEST_CASE("names are resolved, and failures to connect say where to", "[net]") {
    Loopback net;
    const auto by_name =
        net.run(connect({"localhost", net.listener->local().port}, options, net.clock));
    CHECK(by_name);
    const auto port = net.listener->local().port;
    net.listener.reset();
    const auto refused = net.run(connect({"127.0.0.1", port}, options, net.clock));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().find(std::to_string(port)) != std::string::npos);
}

TEST_CASE("connecting fails after the timeout", "[net][limits]") {
    Loopback net;
    // A listening socket whose queue for one connection is full: the system does not answer others.
    asio::ip::tcp::acceptor silent(net.io, {asio::ip::make_address("127.0.0.1"), 0});
    silent.listen(0);
    const PeerAddress address{"127.0.0.1", silent.local_endpoint().port()};
    std::vector<ConnectionRef> taken;
    std::optional<std::string> error;
    const auto patience = wire::limits::connect_timeout / 100.0;
    const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(patience);
    while (!error) {
        REQUIRE(taken.size() < 10);
        const auto began = std::chrono::steady_clock::now();
        auto connected = net.run(
            connect(address, options, net.clock, std::make_shared<ConnectAttempt>(), timeout));
        if (connected) {
            taken.push_back(*connected);
            continue;
        }
        CHECK(std::chrono::steady_clock::now() - began >= timeout);
        error = connected.error();
    }
    CHECK(error->find("took too long") != std::string::npos);
}
