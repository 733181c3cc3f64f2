#include <daler/http/server.h>

#include <http/penalties.h>
#include "raw_client.h"
#include "server_fixture.h"

#include <ifaddrs.h>

#include <test.h>
#include <future>
#include <iostream>

using namespace daler::http;
using namespace daler::http::test;

namespace {

Response size_of_body(const Request& request) {
    return {200, "", std::to_string(request.body.size()), {}};
}

// An address of this machine that is not loopback, if it has one.
std::optional<std::uint32_t> outward_address() {
    ifaddrs* all = nullptr;
    if (::getifaddrs(&all) != 0) return std::nullopt;
    std::optional<std::uint32_t> found;
    for (const ifaddrs* entry = all; entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET) continue;
        const auto* address = reinterpret_cast<const sockaddr_in*>(entry->ifa_addr);
        const std::uint32_t host = ntohl(address->sin_addr.s_addr);
        if (host >> 24 != 127) found = host;
    }
    ::freeifaddrs(all);
    return found;
}

}  // namespace

TEST_CASE("a client that is neither loopback nor allowed gets 403", "[http]") {
    const auto address = outward_address();
    if (!address) {
        std::cout << "SKIPPED: a refused network (this machine has only loopback)" << std::endl;
        return;
    }
    auto everywhere = options();
    everywhere.bind = {{"0.0.0.0", 0}};
    everywhere.allow = {"192.0.2.1"};
    Server closed(everywhere, size_of_body);
    start(closed);
    RawClient stranger(closed.port(), *address);
    REQUIRE(stranger.send(post("abc")));
    CHECK(stranger.receive()->status == 403);
    RawClient local(closed.port());
    REQUIRE(local.send(post("abc")));
    CHECK(local.receive()->status == 200);

    everywhere.allow.emplace_back("0.0.0.0/0");
    Server open(everywhere, size_of_body);
    start(open);
    RawClient guest(open.port(), *address);
    REQUIRE(guest.send(post("abc")));
    CHECK(guest.receive()->body == "3");
}

TEST_CASE("headers may have 8 KiB and not one byte more", "[http]") {
    Server server(options(), size_of_body);
    start(server);
    const std::string begin =
        "POST / HTTP/1.1\r\nAuthorization: Basic good\r\nContent-Length: 0\r\nX: ";
    const std::string fill(8192 - begin.size() - 4, 'x');
    RawClient fits(server.port());
    REQUIRE(fits.send(begin + fill + "\r\n\r\n"));
    CHECK(fits.receive()->status == 200);
    RawClient above(server.port());
    REQUIRE(above.send(begin + fill + "x\r\n\r\n"));
    CHECK(above.receive()->status == 431);
    RawClient long_line(server.port());
    REQUIRE(long_line.send(post("", "", "/" + std::string(8192, 't'))));
    CHECK(long_line.receive()->status == 431);
    std::string fields = "POST / HTTP/1.1\r\n";
    for (int i = 0; i < 100'000; ++i)
        fields += "A: b\r\n";
    RawClient many_fields(server.port());
    many_fields.send(fields);
    CHECK(many_fields.receive()->status == 431);
    RawClient endless(server.port());
    endless.send(std::string(1'000'000, 'A'));
    const auto response = endless.receive();
    REQUIRE(response);
    CHECK((response->status == 431 || response->status == 400));
}

TEST_CASE("a body may have as many bytes as allowed and not one more", "[http]") {
    auto small = options();
    small.max_body_size = 1000;
    Server server(small, size_of_body);
    start(server);
    RawClient client(server.port());
    REQUIRE(client.send(post(std::string(1000, 'x'))));
    CHECK(client.receive()->body == "1000");
    REQUIRE(client.send(post(std::string(1001, 'x'))));
    CHECK(client.receive()->status == 413);
    CHECK(client.is_closed());

    const std::string chunked =
        "POST / HTTP/1.1\r\nAuthorization: Basic good\r\nTransfer-Encoding: chunked\r\n\r\n";
    RawClient fits(server.port());
    REQUIRE(fits.send(chunked + "3e8\r\n" + std::string(1000, 'x') + "\r\n0\r\n\r\n"));
    CHECK(fits.receive()->body == "1000");
    RawClient above(server.port());
    REQUIRE(above.send(chunked + "3e8\r\n" + std::string(1000, 'x') + "\r\n1\r\nx\r\n0\r\n\r\n"));
    CHECK(above.receive()->status == 413);
    RawClient liar(server.port());
    REQUIRE(
        liar.send("POST / HTTP/1.1\r\nAuthorization: Basic good\r\n"
                  "Content-Length: 18446744073709551615\r\n\r\n"));
    CHECK(liar.receive()->status == 413);
}

TEST_CASE("a large body arrives whole", "[http]") {
    Server server(options(), size_of_body);
    start(server);
    RawClient client(server.port());
    REQUIRE(client.send(post(std::string(32u << 20, 'x'))));
    CHECK(client.receive()->body == std::to_string(32u << 20));
}

TEST_CASE("a request that is not HTTP gets 400, and the server continues", "[http]") {
    Server server(options(), size_of_body);
    start(server);
    const auto garbage =
        GENERATE(as<std::string>{}, "hello\r\n\r\n", "\r\n\r\n\r\n",
                 std::string("\0\0\0\0\r\n\r\n", 8), "\x16\x03\x01\x02\x01\xfc\x03\x03\r\n\r\n",
                 "POST / HTTP/9.9\r\n\r\n", "POST  / HTTP/1.1\r\n\r\n",
                 "POST / HTTP/1.1\r\n: x\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                 "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                 "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n");
    CAPTURE(garbage);
    RawClient client(server.port());
    REQUIRE(client.send(garbage));
    const auto response = client.receive();
    REQUIRE(response);
    CHECK(response->status == 400);
    RawClient other(server.port());
    REQUIRE(other.send(post("abc")));
    CHECK(other.receive()->body == "3");
}

TEST_CASE("a broken chunk gets 400", "[http]") {
    Server server(options(), size_of_body);
    start(server);
    RawClient client(server.port());
    REQUIRE(
        client.send("POST / HTTP/1.1\r\nAuthorization: Basic good\r\n"
                    "Transfer-Encoding: chunked\r\n\r\nzz\r\n"));
    CHECK(client.receive()->status == 400);
}

TEST_CASE("a client that becomes silent is disconnected", "[http]") {
    auto impatient = options();
    impatient.timeout = std::chrono::milliseconds(50);
    Server server(impatient, size_of_body);
    start(server);
    RawClient nothing(server.port());
    RawClient half(server.port());
    REQUIRE(half.send("POST / HTT"));
    RawClient no_body(server.port());
    REQUIRE(no_body.send(
        "POST / HTTP/1.1\r\nAuthorization: Basic good\r\nContent-Length: 9\r\n\r\nab"));
    CHECK(nothing.is_closed());
    CHECK(half.is_closed());
    CHECK(no_body.is_closed());
}

TEST_CASE("a new client replaces an idle one, first of all one without a right password",
          "[http]") {
    auto few = options();
    few.max_connections = 2;
    Server server(few, size_of_body);
    start(server);
    RawClient known(server.port());
    REQUIRE(known.send(post("a")));
    CHECK(known.receive()->status == 200);
    RawClient half_open(server.port());
    REQUIRE(half_open.send("POST / HTT"));
    RawClient second(server.port());
    REQUIRE(second.send(post("ab")));
    CHECK(second.receive()->body == "2");
    CHECK(half_open.is_closed());
    RawClient third(server.port());
    REQUIRE(third.send(post("abc")));
    CHECK(third.receive()->body == "3");
    CHECK(known.is_closed());
}

TEST_CASE("a client whose request is being handled is not replaced", "[http]") {
    auto one = options();
    one.max_connections = 1;
    std::promise<void> begun, end;
    Server server(one, [&](const Request& request) {
        begun.set_value();
        end.get_future().wait();
        return size_of_body(request);
    });
    start(server);
    RawClient busy(server.port());
    REQUIRE(busy.send(post("a")));
    begun.get_future().wait();
    RawClient second(server.port());
    CHECK(second.is_closed());
    end.set_value();
    CHECK(busy.receive()->body == "1");
}

TEST_CASE("a client with the right password replaces clients that wait after a wrong one",
          "[http]") {
    auto few = options();
    few.max_connections = 8;
    few.refusal_delay = std::chrono::seconds(20);
    Server server(few, size_of_body);
    start(server);
    std::vector<std::unique_ptr<RawClient>> guesses;
    for (int i = 0; i < 20; ++i) {
        guesses.push_back(std::make_unique<RawClient>(server.port()));
        REQUIRE(guesses.back()->send("POST / HTTP/1.1\r\nAuthorization: Basic bad\r\n\r\n"));
    }
    RawClient client(server.port());
    REQUIRE(client.send(post("abc")));
    CHECK(client.receive()->body == "3");
}

TEST_CASE("an address gets the answers to its wrong passwords one after the other", "[http]") {
    using namespace std::chrono_literals;
    const auto address = [](const char* text) { return boost::asio::ip::make_address(text); };
    Penalties penalties(250ms, 1s);
    const Penalties::Clock::time_point now{100s};
    CHECK(penalties.add(address("127.0.0.1"), now) == 250ms);
    CHECK(penalties.add(address("127.0.0.1"), now) == 500ms);
    CHECK(penalties.add(address("127.0.0.2"), now) == 250ms);
    CHECK(penalties.add(address("127.0.0.1"), now + 100ms) == 650ms);
    CHECK(penalties.add(address("127.0.0.1"), now + 100ms) == 900ms);
    CHECK(penalties.add(address("127.0.0.1"), now + 100ms) == std::nullopt);
    CHECK(penalties.add(address("127.0.0.1"), now + 2s) == 250ms);
    CHECK(penalties.add(address("2001:db8::1"), now) == 250ms);
    CHECK(penalties.add(address("2001:db8::ffff:2"), now) == 500ms);
    CHECK(penalties.add(address("2001:db8:1::1"), now) == 250ms);
}

TEST_CASE("lines may end in LF alone", "[http]") {
    Server server(options(), size_of_body);
    start(server);
    RawClient client(server.port());
    const std::string request =
        "POST / HTTP/1.1\nHost: x\nAuthorization: Basic good\nContent-Length: 4\n\na\n\nb";
    REQUIRE(client.send(request + request));
    CHECK(client.receive()->body == "4");
    CHECK(client.receive()->body == "4");
    REQUIRE(client.send("POST / HTTP/1.1\r\nAuthorization: Basic good\nContent-Length: 1\r\n\n"));
    REQUIRE(client.send("x"));
    CHECK(client.receive()->body == "1");
}

TEST_CASE("a target that is not served gets 404, with and without a password", "[http]") {
    auto one = options();
    one.serves = [](std::string_view target) { return target == "/here"; };
    Server server(one, size_of_body);
    start(server);
    for (const auto* request : {"POST /there HTTP/1.1\r\nAuthorization: Basic good\r\n\r\n",
                                "POST /there HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"}) {
        RawClient client(server.port());
        REQUIRE(client.send(request));
        CHECK(client.receive()->status == 404);
    }
    RawClient client(server.port());
    REQUIRE(client.send(post("abc", "", "/here")));
    CHECK(client.receive()->body == "3");
}
