#include <daler/http/server.h>

#include "raw_client.h"
#include "server_fixture.h"

#include <test.h>
#include <atomic>
#include <future>
#include <latch>
#include <thread>

using namespace daler::http;
using namespace daler::http::test;

namespace {

Response echo(const Request& request) {
    return {200, "application/json", request.target + " " + request.body, {}};
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("one connection carries many requests", "[http]") {
    Server server(options(), echo);
    start(server);
    RawClient client(server.port());
    for (int i = 0; i < 3; ++i) {
        REQUIRE(client.send(post(std::to_string(i), "", "/wallet/a%20b")));
        const auto response = client.receive();
        REQUIRE(response);
        CHECK(response->status == 200);
        CHECK(response->body == "/wallet/a%20b " + std::to_string(i));
        CHECK(contains(response->headers, "Content-Type: application/json\r\n"));
        CHECK_FALSE(contains(response->headers, "Access-Control"));
    }
}

TEST_CASE("pipelined requests are answered in order", "[http]") {
    Server server(options(), echo);
    start(server);
    RawClient client(server.port());
    REQUIRE(client.send(post("a") + post("b") + post(std::string(100'000, 'c')) + post("d")));
    CHECK(client.receive()->body == "/ a");
    CHECK(client.receive()->body == "/ b");
    CHECK(client.receive()->body == "/ " + std::string(100'000, 'c'));
    CHECK(client.receive()->body == "/ d");
}

TEST_CASE("some requests are answered without a handler, in order with the others", "[http]") {
    std::atomic<int> handled{0};
    Options given = options();
    given.answer_now = [](const Request& request) -> std::optional<Response> {
        if (request.body != "quick") return std::nullopt;
        return Response{200, "text/plain", "at once", {}};
    };
    Server server(given, [&](const Request& request) {
        ++handled;
        return echo(request);
    });
    start(server);
    RawClient client(server.port());
    REQUIRE(client.send(post("quick") + post("a") + post("quick") + post("quick")));
    CHECK(client.receive()->body == "at once");
    CHECK(client.receive()->body == "/ a");
    CHECK(client.receive()->body == "at once");
    CHECK(client.receive()->body == "at once");
    CHECK(handled == 1);
}

TEST_CASE("a body may come in any pieces, chunked or not", "[http]") {
    Server server(options(), echo);
    start(server);
    RawClient client(server.port());
    for (const char c : post("tiny pieces"))
        REQUIRE(client.send(std::string_view(&c, 1)));
    CHECK(client.receive()->body == "/ tiny pieces");
    REQUIRE(client.send(
        "POST / HTTP/1.1\r\nAuthorization: Basic good\r\nTransfer-Encoding: chunked\r\n\r\n"));
    REQUIRE(client.send("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
    CHECK(client.receive()->body == "/ abcde");
}

TEST_CASE("the client gets 100 Continue only if its password is right", "[http]") {
    Server server(options(), echo);
    start(server);
    RawClient good(server.port());
    const std::string request = post("body", "Expect: 100-continue\r\n");
    REQUIRE(good.send(request.substr(0, request.size() - 4)));
    CHECK(good.receive()->status == 100);
    REQUIRE(good.send("body"));
    CHECK(good.receive()->body == "/ body");

    RawClient bad(server.port());
    REQUIRE(
        bad.send("POST / HTTP/1.1\r\nAuthorization: Basic bad\r\nExpect: 100-continue\r\n"
                 "Content-Length: 4\r\n\r\n"));
    CHECK(bad.receive()->status == 401);
}

TEST_CASE("a wrong password is answered late and before the body is read", "[http]") {
    auto slow = options();
    slow.refusal_delay = std::chrono::milliseconds(100);
    Server server(slow,
                  [](const Request&) -> Response { throw std::runtime_error("not reached"); });
    start(server);
    for (const std::string_view header : {"", "Authorization: Basic bad\r\n"}) {
        RawClient client(server.port());
        const auto before = std::chrono::steady_clock::now();
        REQUIRE(client.send("POST / HTTP/1.1\r\n" + std::string(header) +
                            "Content-Length: 1000000\r\n\r\n"));
        const auto response = client.receive();
        REQUIRE(response);
        CHECK(response->status == 401);
        CHECK(contains(response->headers, "WWW-Authenticate: Basic realm=\"jsonrpc\"\r\n"));
        CHECK(contains(response->headers, "Connection: close\r\n"));
        CHECK(client.is_closed());
        if (!header.empty())
            CHECK(std::chrono::steady_clock::now() - before >= std::chrono::milliseconds(100));
    }
}

TEST_CASE("the refusal reaches a client that is still sending", "[http]") {
    Server server(options(), echo);
    start(server);
    RawClient client(server.port());
    client.send("POST / HTTP/1.1\r\nAuthorization: Basic bad\r\nContent-Length: 10000000\r\n\r\n");
    client.send(std::string(10'000'000, 'x'));
    CHECK(client.receive()->status == 401);
}

TEST_CASE("only POST is served", "[http]") {
    Server server(options(), echo);
    start(server);
    const auto method =
        GENERATE(as<std::string>{}, "GET", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW");
    CAPTURE(method);
    RawClient client(server.port());
    REQUIRE(client.send(method + " / HTTP/1.1\r\nAuthorization: Basic good\r\n\r\n"));
    const auto response = client.receive();
    REQUIRE(response);
    CHECK(response->status == 405);
    CHECK(response->body == "JSONRPC server handles only POST requests");
}

TEST_CASE("a request that does not fit into the queue gets 503 and may be repeated", "[http]") {
    auto narrow = options();
    narrow.threads = 1;
    narrow.queue = 1;
    // A request without a body is queued in the same step in which its password is checked.
    std::latch second_seen(2);
    std::atomic<int> judged{0};
    narrow.authorize = [&](std::string_view, std::string_view) {
        if (++judged <= 2) second_seen.count_down();
        return true;
    };
    std::latch running(1);
    std::latch release(1);
    std::atomic<int> calls{0};
    Server server(narrow, [&](const Request& request) -> Response {
        if (calls++ == 0) {
            running.count_down();
            release.wait();
        }
        return {200, "", request.target, {}};
    });
    start(server);
    RawClient first(server.port());
    REQUIRE(first.send(post("", "", "/first")));
    running.wait();
    RawClient second(server.port());
    REQUIRE(second.send(post("", "", "/second")));
    second_seen.wait();
    RawClient third(server.port());
    REQUIRE(third.send(post("", "", "/third")));
    const auto full = third.receive();
    REQUIRE(full);
    CHECK(full->status == 503);
    CHECK(full->body == "Work queue depth exceeded");
    release.count_down();
    CHECK(first.receive()->body == "/first");
    CHECK(second.receive()->body == "/second");
    REQUIRE(third.send(post("", "", "/again")));
    CHECK(third.receive()->body == "/again");
}

TEST_CASE("handlers run side by side", "[http]") {
    std::latch all_in(4);
    Server server(options(), [&](const Request&) -> Response {
        all_in.arrive_and_wait();
        return {};
    });
    start(server);
    std::array<std::optional<RawClient>, 4> clients;
    for (auto& client : clients)
        client.emplace(server.port()).send(post(""));
    for (auto& client : clients)
        CHECK(client->receive()->status == 200);
}

TEST_CASE("an answer may have more headers, another status and no content", "[http]") {
    Server server(options(), [](const Request& request) -> Response {
        if (request.body == "throw") throw std::runtime_error("broken");
        if (request.body == "empty") return {204, "", "", {}};
        return {404, "", "", {{"X-More", "yes"}}};
    });
    start(server);
    RawClient client(server.port());
    REQUIRE(client.send(post("empty") + post("other") + post("throw")));
    const auto empty = client.receive();
    CHECK(empty->status == 204);
    CHECK_FALSE(contains(empty->headers, "Content-Length"));
    const auto other = client.receive();
    CHECK(other->status == 404);
    CHECK(contains(other->headers, "X-More: yes\r\n"));
    CHECK_FALSE(contains(other->headers, "Content-Type"));
    CHECK(client.receive()->status == 500);
}

TEST_CASE("HTTP/1.0 and Connection: close end the connection after the answer", "[http]") {
    Server server(options(), echo);
    start(server);
    RawClient close(server.port());
    REQUIRE(close.send(post("x", "Connection: close\r\n")));
    CHECK(close.receive()->body == "/ x");
    CHECK(close.is_closed());
    RawClient old(server.port());
    REQUIRE(old.send("POST / HTTP/1.0\r\nAuthorization: Basic good\r\nContent-Length: 1\r\n\r\ny"));
    CHECK(old.receive()->body == "/ y");
    CHECK(old.is_closed());
}

TEST_CASE("stopping closes idle connections and answers running requests", "[http]") {
    std::latch running(1);
    std::latch release(1);
    Server server(options(), [&](const Request&) -> Response {
        running.count_down();
        release.wait();
        return {200, "", "done", {}};
    });
    start(server);
    RawClient silent(server.port());
    RawClient half(server.port());
    REQUIRE(half.send("POST / HTTP/1.1\r\nAuthor"));
    RawClient sending(server.port());
    REQUIRE(sending.send(
        "POST / HTTP/1.1\r\nAuthorization: Basic good\r\nContent-Length: 100\r\n\r\nabc"));
    RawClient waiting(server.port());
    REQUIRE(waiting.send(post("")));
    running.wait();

    auto stopped = std::async(std::launch::async, [&] { server.stop(); });
    CHECK(silent.is_closed());
    CHECK(half.is_closed());
    CHECK(sending.is_closed());
    CHECK(stopped.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
    release.count_down();
    const auto response = waiting.receive();
    REQUIRE(response);
    CHECK(response->body == "done");
    CHECK(contains(response->headers, "Connection: close\r\n"));
    CHECK(waiting.is_closed());
    stopped.get();
    CHECK_THROWS(RawClient(server.port()));
    server.stop();
}

TEST_CASE("a client may disconnect while its request is handled", "[http]") {
    std::latch running(1);
    std::latch release(1);
    std::atomic<int> calls{0};
    Server server(options(), [&](const Request&) -> Response {
        if (calls++ == 0) {
            running.count_down();
            release.wait();
        }
        return {200, "", std::string(10'000'000, 'x'), {}};
    });
    start(server);
    std::optional<RawClient> leaver(server.port());
    REQUIRE(leaver->send(post("")));
    running.wait();
    leaver.reset();
    release.count_down();
    RawClient other(server.port());
    REQUIRE(other.send(post("")));
    CHECK(other.receive()->body.size() == 10'000'000);
}

TEST_CASE("a server that was never started stops", "[http]") {
    Server server(options(), echo);
    server.stop();
    CHECK(server.port() == 0);
}

TEST_CASE("the error names an address that cannot be bound", "[http]") {
    Server first(options(), echo);
    start(first);

    auto taken = options();
    taken.bind = {{"127.0.0.1", first.port()}};
    Server second(taken, echo);
    const auto refused = second.start();
    REQUIRE_FALSE(refused);
    CHECK(contains(refused.error(), "127.0.0.1:" + std::to_string(first.port())));
    CHECK(contains(refused.error(), "in use"));

    auto loopback = options();
    loopback.port = first.port();
    CHECK_FALSE(Server(loopback, echo).start());

    auto foreign = options();
    foreign.bind = {{"192.0.2.1", 0}};
    const auto not_ours = Server(foreign, echo).start();
    REQUIRE_FALSE(not_ours);
    CHECK(contains(not_ours.error(), "192.0.2.1:0"));

    auto network = options();
    network.allow = {"10.0.0.0/33"};
    const auto no_network = Server(network, echo).start();
    REQUIRE_FALSE(no_network);
    CHECK(contains(no_network.error(), "10.0.0.0/33"));
}
