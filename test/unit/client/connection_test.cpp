#include <test.h>

#include "../config/fake_files.h"
#include "../rpc/fake_methods.h"

#include <client/percent.h>
#include <daler/client/connection.h>
#include <daler/rpc/server.h>

#include <thread>

using namespace daler;
using namespace daler::client;

namespace {

Result<Access, std::string> access_of(std::vector<std::string> arguments) {
    arguments.emplace_back("-datadir=/data");
    arguments.emplace_back("-regtest");
    const config::test::FakeFiles none;
    const auto settings =
        config::Settings::load(config::client_options(), arguments, none.files(), "/home/me");
    REQUIRE(settings);
    return access(*settings);
}

/// A server of the fake methods, and how to reach it.
struct Served : rpc::test::Fixture {
    Served() {
        rpc::ServerOptions options;
        options.credentials = {.user = "me", .password = "secret"};
        options.bind = {{"127.0.0.1", 0}};
        server.emplace(options, dispatcher);
        REQUIRE(server->start());
        access.host = "127.0.0.1";
        access.port = server->port();
        access.user = "me";
        access.password = "secret";
        access.timeout = std::chrono::seconds(60);
    }

    std::optional<rpc::RpcServer> server;
    Access access;
};

}  // namespace

TEST_CASE("host and port come from options, the chain's port is the default", "[client]") {
    CHECK(access_of({})->host == "127.0.0.1");
    CHECK(access_of({})->port == 18443);
    CHECK(access_of({"-rpcconnect=node"})->host == "node");
    CHECK(access_of({"-rpcconnect=node:5"})->port == 5);
    CHECK(access_of({"-rpcconnect=node:5", "-rpcport=6"})->port == 6);
    CHECK(access_of({"-rpcconnect=::1"})->host == "::1");
    CHECK(access_of({"-rpcconnect=[::1]:7"})->host == "::1");
    CHECK(access_of({"-rpcconnect=[::1]:7"})->port == 7);
    CHECK(access_of({})->cookie == "/data/regtest/.cookie");
    CHECK_FALSE(access_of({})->wallet);
    CHECK(access_of({"-rpcwallet="})->wallet == "");
    const auto host =
        GENERATE(as<std::string>(), "node:", "node:x", "node:70000", "[::1", "[::1]x");
    CHECK(access_of({"-rpcconnect=" + host}).error() ==
          "Invalid port provided in -rpcconnect: " + host);
}

TEST_CASE("wallet names are encoded for the path", "[client]") {
    CHECK(percent_encode("my wallet/a-b_c.d~") == "my%20wallet%2Fa-b_c.d~");
    CHECK(percent_encode("\xc3\xa4") == "%C3%A4");
}

TEST_CASE_METHOD(Served, "a call brings back the whole reply", "[client]") {
    RpcConnection connection(access);
    const auto reply = connection.call("add", *Json::parse("[1,2]"));
    REQUIRE(reply);
    CHECK(reply->write() == R"({"result":3,"error":null,"id":1})");
    const auto refused = connection.call("none", Json::array());
    REQUIRE(refused);
    CHECK(refused->find("error")->find("code")->write() == "-32601");
    CHECK(connection.call("where", Json::array(), "a b")->find("result")->as_string() ==
          "wallet a b");
}

TEST_CASE_METHOD(Served, "the error for a wrong password says so", "[client]") {
    access.password = "other";
    CHECK(RpcConnection(access).call("add", Json::array()).error() ==
          "Authorization failed: Incorrect rpcuser or rpcpassword");
    access.password.clear();
    access.cookie = "/nowhere/.cookie";
    CHECK(RpcConnection(access)
              .call("add", Json::array())
              .error()
              .starts_with("Could not locate RPC credentials. There is no cookie file "
                           "/nowhere/.cookie"));
}

TEST_CASE_METHOD(Served, "no node is an error that names host and port", "[client]") {
    server->stop();
    const auto reply = RpcConnection(access).call("add", Json::array());
    REQUIRE_FALSE(reply);
    CHECK(reply.error().starts_with(
        "timeout on transient error: Could not connect to the server 127.0.0.1:" +
        std::to_string(access.port)));
}

TEST_CASE_METHOD(Served, "-rpcwait waits for a node that is starting", "[client]") {
    dispatcher.close();
    access.wait = true;
    // Whichever comes first, the call or the end of the warm-up: the answer is the same.
    std::thread opener([&] { dispatcher.open(none.get()); });
    const auto reply = RpcConnection(access).call("add", *Json::parse("[1]"));
    opener.join();
    REQUIRE(reply);
    CHECK(reply->find("result")->write() == "2");
}
