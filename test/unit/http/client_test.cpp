#include <daler/http/client.h>
#include <daler/http/server.h>

#include <test.h>
#include <latch>

using namespace daler::http;

namespace {

ClientOptions ask(const Server& server) {
    ClientOptions out;
    out.port = server.port();
    out.credentials = "user:pass";
    return out;
}

Options with_password() {
    Options out;
    out.authorize = [](std::string_view authorization, std::string_view) {
        return authorization == "Basic dXNlcjpwYXNz";
    };
    out.refusal_delay = std::chrono::milliseconds(1);
    return out;
}

}  // namespace

TEST_CASE("the client gets the server's answer with any status", "[http]") {
    Server server(with_password(), [](const Request& request) -> Response {
        return {request.body == "fail" ? 500 : 200,
                "application/json",
                request.target + request.body,
                {}};
    });
    REQUIRE(server.start());
    auto options = ask(server);
    options.target = "/wallet/w";
    const auto good = post(options, "body");
    REQUIRE(good);
    CHECK(good->status == 200);
    CHECK(good->body == "/wallet/wbody");
    CHECK(post(options, "fail")->status == 500);
    const std::string large(20'000'000, 'x');
    CHECK(post(options, large)->body.size() == large.size() + options.target.size());
    options.host = "localhost";
    CHECK(post(options, "")->status == 200);

    options.credentials = "user:wrong";
    CHECK(post(options, large)->status == 401);
}

TEST_CASE("the client names a server that it cannot reach", "[http]") {
    ClientOptions options;
    {
        Server server(with_password(), [](const Request&) -> Response { return {}; });
        REQUIRE(server.start());
        options = ask(server);
    }
    const auto refused = post(options, "");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ClientError::Kind::connect);
    CHECK(refused.error().message.find("127.0.0.1:" + std::to_string(options.port)) !=
          std::string::npos);

    options.host = "no host";
    const auto unknown = post(options, "");
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().kind == ClientError::Kind::connect);
}

TEST_CASE("the client does not wait forever", "[http]") {
    std::latch release(1);
    Server server(with_password(), [&](const Request&) -> Response {
        release.wait();
        return {};
    });
    REQUIRE(server.start());
    auto options = ask(server);
    options.timeout = std::chrono::milliseconds(50);
    const auto late = post(options, "");
    release.count_down();
    REQUIRE_FALSE(late);
    CHECK(late.error().kind == ClientError::Kind::timeout);
}

TEST_CASE("a client keeps its connection, and connects again where the server has closed it",
          "[http]") {
    const auto peer_of = [](const Request& request) -> Response { return {200, "", request.peer}; };
    auto server = std::make_unique<Server>(with_password(), peer_of);
    REQUIRE(server->start());
    const auto options = ask(*server);
    Client client;
    const auto first = client.post(options, "");
    REQUIRE(first);
    CHECK(client.post(options, "")->body == first->body);
    CHECK(post(options, "")->body != first->body);

    auto same_port = with_password();
    same_port.port = server->port();
    server.reset();
    const auto nobody = client.post(options, "");
    REQUIRE_FALSE(nobody);
    CHECK(nobody.error().kind == ClientError::Kind::connect);
    server = std::make_unique<Server>(same_port, peer_of);
    REQUIRE(server->start());
    CHECK(client.post(options, "")->status == 200);
}
