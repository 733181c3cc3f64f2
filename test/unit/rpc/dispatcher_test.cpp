#include <test.h>

#include "fake_methods.h"

using namespace daler;
using namespace daler::rpc;
using namespace daler::rpc::test;

TEST_CASE_METHOD(Fixture, "requests without a version get result, error and id", "[rpc]") {
    const auto [request, status, body] = GENERATE(table<std::string, int, std::string>({
        {R"({"method":"add","params":[1,2],"id":7})", 200, R"({"result":3,"error":null,"id":7})"},
        {R"({"jsonrpc":"1.0","method":"add","params":[1],"id":"x"})", 200,
         R"({"result":2,"error":null,"id":"x"})"},
        {R"({"method":"add","params":[1,2]})", 200, R"({"result":3,"error":null})"},
        {R"({"method":"add","params":[1,2],"id":null})", 200,
         R"({"result":3,"error":null,"id":null})"},
        {R"({"method":"nothing"})", 404,
         R"({"result":null,"error":{"code":-32601,"message":"Method not found"}})"},
        {R"({"jsonrpc":"2.0","id":1})", 400,
         R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"Missing method"},"id":1})"},
        {R"({"jsonrpc":"2.0"})", 400,
         R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"Missing method"}})"},
        {R"({"jsonrpc":"2.0","method":"add","params":5})", 400,
         R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"Params must be an array or object"}})"},
        {R"({"method":"nothing","id":1})", 404,
         R"({"result":null,"error":{"code":-32601,"message":"Method not found"},"id":1})"},
        {R"({"method":"fail","params":[-8],"id":1})", 500,
         R"({"result":null,"error":{"code":-8,"message":"it failed"},"id":1})"},
        {R"({"method":"crash","id":1})", 500,
         R"({"result":null,"error":{"code":-1,"message":"disk full"},"id":1})"},
        {R"({"id":1})", 400,
         R"({"result":null,"error":{"code":-32600,"message":"Missing method"},"id":1})"},
        {R"({"method":5,"id":1})", 400,
         R"({"result":null,"error":{"code":-32600,"message":"Method must be a string"},"id":1})"},
        {R"({"method":"add","params":5,"id":1})", 400,
         R"({"result":null,"error":{"code":-32600,"message":"Params must be an array or object"},"id":1})"},
        {R"({"jsonrpc":"3.0","method":"add","id":1})", 400,
         R"({"result":null,"error":{"code":-32600,"message":"JSON-RPC version not supported"},"id":1})"},
        {R"({"jsonrpc":2,"method":"add","id":1})", 400,
         R"({"result":null,"error":{"code":-32600,"message":"jsonrpc field must be a string"},"id":1})"},
        {R"({"method":)", 500,
         R"({"result":null,"error":{"code":-32700,"message":"Parse error"},"id":null})"},
        {R"("add")", 500,
         R"({"result":null,"error":{"code":-32700,"message":"Top-level object parse error"},"id":null})"},
    }));
    CAPTURE(request);
    const Reply reply = answer(request);
    CHECK(reply.status == status);
    CHECK(reply.body == body + "\n");
}

TEST_CASE_METHOD(Fixture, "a method may write its result", "[rpc]") {
    CHECK(answer(R"({"method":"count","params":[3],"id":1})").body ==
          R"({"result":[0,1,2],"error":null,"id":1})"
          "\n");
    CHECK(answer(R"({"jsonrpc":"2.0","method":"count","params":[0],"id":1})").body ==
          R"({"jsonrpc":"2.0","result":[],"id":1})"
          "\n");
    CHECK(answer(R"({"method":"count","params":[3,true],"id":1})").body ==
          R"({"result":null,"error":{"code":-8,"message":"it failed"},"id":1})"
          "\n");
    CHECK(
        answer(R"([{"method":"count","params":[1,true]},{"method":"count","params":[2]}])").body ==
        R"([{"result":null,"error":{"code":-8,"message":"it failed"}},)"
        R"({"result":[0,1],"error":null}])"
        "\n");
}

TEST_CASE_METHOD(Fixture, "version 2.0 gets either result or error, always with status 200",
                 "[rpc]") {
    const auto [request, body] = GENERATE(table<std::string, std::string>({
        {R"({"jsonrpc":"2.0","method":"add","params":[1,2],"id":7})",
         R"({"jsonrpc":"2.0","result":3,"id":7})"},
        {R"({"jsonrpc":"2.0","method":"add","params":[1,2],"id":null})",
         R"({"jsonrpc":"2.0","result":3,"id":null})"},
        {R"({"jsonrpc":"2.0","method":"nothing","id":1})",
         R"({"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":1})"},
        {R"({"jsonrpc":"2.0","method":"fail","params":[-8],"id":1})",
         R"({"jsonrpc":"2.0","error":{"code":-8,"message":"it failed"},"id":1})"},
    }));
    CAPTURE(request);
    const Reply reply = answer(request);
    CHECK(reply.status == 200);
    CHECK(reply.body == body + "\n");
}

TEST_CASE_METHOD(Fixture, "a notification of version 2.0 gets status 204 and no body", "[rpc]") {
    const Reply reply = answer(R"({"jsonrpc":"2.0","method":"add","params":[1]})");
    CHECK(reply.status == 204);
    CHECK(reply.body.empty());
    CHECK(answer(R"({"jsonrpc":"2.0","method":"fail","params":[1]})").status == 204);
}

TEST_CASE_METHOD(Fixture, "a batch is answered with status 200, notifications left out", "[rpc]") {
    const auto [request, status, body] = GENERATE(table<std::string, int, std::string>({
        {R"([{"method":"add","params":[1],"id":1},{"method":"nothing","id":2},5])", 200,
         R"([{"result":2,"error":null,"id":1},)"
         R"({"result":null,"error":{"code":-32601,"message":"Method not found"},"id":2},)"
         R"({"result":null,"error":{"code":-32600,"message":"Invalid Request object"},"id":null}])"
         "\n"},
        {R"([{"jsonrpc":"2.0","method":"add","params":[1]},)"
         R"({"jsonrpc":"2.0","method":"add","params":[1],"id":1}])",
         200,
         R"([{"jsonrpc":"2.0","result":2,"id":1}])"
         "\n"},
        {R"([{"jsonrpc":"2.0","method":"add","params":[1]}])", 204, ""},
        {"[]", 200, "[]\n"},
    }));
    CAPTURE(request);
    const Reply reply = answer(request);
    CHECK(reply.status == status);
    CHECK(reply.body == body);
}

TEST_CASE("until the node is ready, calls are answered with the warm-up status", "[rpc]") {
    NoServices none;
    const std::array tables{fake_methods()};
    Dispatcher dispatcher(tables);
    dispatcher.set_warmup_status("Loading block index…");
    const auto ask = [&] { return dispatcher.answer(R"({"method":"where","id":1})", {}); };
    CHECK(ask().status == 500);
    CHECK(ask().body == R"({"result":null,"error":{"code":-28,"message":"Loading block index…"},)"
                        R"("id":1})"
                        "\n");
    dispatcher.open(none.get());
    CHECK(ask().status == 200);
    dispatcher.close();
    CHECK(ask().status == 500);
}

TEST_CASE_METHOD(Fixture, "a method gets the wallet that the path names", "[rpc]") {
    CHECK(dispatcher.execute("where", {}, {}) == Json("none "));
    CHECK(dispatcher.execute("where", {}, {.user = {}, .wallet = "w", .has_wallet_path = true}) ==
          Json("wallet w"));
}

TEST_CASE_METHOD(Fixture, "a user with a whitelist may call only its methods", "[rpc]") {
    const std::set<std::string> allowed{"add"};
    const Origin origin{.user = "me", .wallet = {}, .has_wallet_path = false, .allowed = &allowed};
    CHECK(dispatcher.answer(R"({"method":"add","params":[1]})", origin).status == 200);
    CHECK(dispatcher.answer(R"({"method":"where"})", origin).status == 403);
    CHECK(
        dispatcher.answer(R"([{"method":"add","params":[1]},{"method":"where"}])", origin).status ==
        403);
}

TEST_CASE_METHOD(Fixture, "methods are listed by category and name", "[rpc]") {
    std::string names;
    for (const Method* method : dispatcher.methods())
        names += std::string(method->name) + " ";
    CHECK(names == "where add crash fail choose count types ");
    CHECK(dispatcher.find("add") != nullptr);
    CHECK(dispatcher.find("none") == nullptr);
    CHECK(dispatcher.active().empty());
}
