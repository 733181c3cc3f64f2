#include <test.h>

#include "../config/fake_files.h"
#include "fake_methods.h"

#include <daler/http/client.h>
#include <daler/rpc/server.h>

using namespace daler;
using namespace daler::rpc;
using namespace daler::rpc::test;

TEST_CASE("a path may name a wallet", "[rpc]") {
    CHECK_FALSE(parse_target("/")->has_wallet);
    CHECK(parse_target("/wallet/")->has_wallet);
    CHECK(parse_target("/wallet/")->wallet.empty());
    CHECK(parse_target("/wallet/my%20wallet%2Fa")->wallet == "my wallet/a");
    CHECK_FALSE(parse_target("/rest/"));
    CHECK_FALSE(parse_target(""));
    CHECK_FALSE(parse_target("/wallet"));
    CHECK_FALSE(parse_target("/?a=b"));
}

TEST_CASE("percent signs without a valid code are not changed", "[rpc]") {
    const auto [text, expected] = GENERATE(table<std::string, std::string>({{"a%41b", "aAb"},
                                                                            {"%", "%"},
                                                                            {"%4", "%4"},
                                                                            {"%zz", "%zz"},
                                                                            {"%41", "A"},
                                                                            {"a+b", "a+b"}}));
    CHECK(percent_decode(text) == expected);
}

TEST_CASE("rpc options come from the settings", "[rpc]") {
    using config::test::loaded;
    const auto params = regtest_params();
    const auto options = [&](std::vector<std::string> arguments) {
        arguments.emplace_back("-regtest");
        return server_options(loaded(std::move(arguments)), params);
    };
    CHECK(options({})->port == 18443);
    CHECK(options({"-rpcport=5"})->port == 5);
    CHECK(options({})->credentials.cookie == "/data/regtest/.cookie");
    CHECK(options({"-rpcthreads=2", "-rpcworkqueue=3"})->queue == 3);

    const auto ignored = options({"-rpcbind=0.0.0.0"});
    CHECK(ignored->bind.empty());
    CHECK(ignored->warnings.size() == 1);
    CHECK(options({"-rpcallowip=10.0.0.0/8"})->warnings.size() == 1);

    const auto bound = options({"-rpcallowip=::/0", "-rpcbind=0.0.0.0:7", "-rpcbind=[::1]:8",
                                "-rpcbind=::", "-rpcbind=host"});
    using Endpoints = std::vector<std::pair<std::string, std::uint16_t>>;
    CHECK(bound->bind == Endpoints{{"0.0.0.0", 7}, {"::1", 8}, {"::", 18443}, {"host", 18443}});
    CHECK(options({"-rpcallowip=::/0", "-rpcbind=host:x"}).error() ==
          "Invalid port specified in -rpcbind: 'host:x'");
    CHECK(options({"-rpccookieperms=you"}).error() ==
          "Invalid -rpccookieperms=you; must be one of 'owner', 'group', or 'all'.");
}

TEST_CASE_METHOD(Fixture, "calls are answered over HTTP", "[rpc]") {
    ServerOptions options;
    options.credentials = {.user = "me", .password = "secret"};
    options.bind = {{"127.0.0.1", 0}};
    RpcServer server(options, dispatcher);
    const auto started = server.start();
    INFO((started ? std::string{} : started.error()));
    REQUIRE(started);
    const auto ask = [&](const std::string& target, const std::string& body) {
        http::ClientOptions client;
        client.port = server.port();
        client.target = target;
        client.credentials = "me:secret";
        const auto response = http::post(client, body);
        REQUIRE(response);
        return std::pair(response->status, response->body);
    };
    CHECK(ask("/", R"({"method":"add","params":[1,2],"id":1})") ==
          std::pair(200, std::string("{\"result\":3,\"error\":null,\"id\":1}\n")));
    CHECK(
        ask("/wallet/a%20b", R"({"jsonrpc":"2.0","method":"where","id":1})") ==
        std::pair(200, std::string("{\"jsonrpc\":\"2.0\",\"result\":\"wallet a b\",\"id\":1}\n")));
    CHECK(ask("/", R"({"jsonrpc":"2.0","method":"where"})") == std::pair(204, std::string()));
    CHECK(ask("/else", R"({"method":"where"})").first == 404);
    CHECK(ask("/", R"({"method":"none","id":1})").first == 404);
    server.stop();
}
