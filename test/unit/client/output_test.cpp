#include <test.h>

#include <daler/client/output.h>

using namespace daler;
using namespace daler::client;

namespace {

Outcome outcome(const std::string& reply) {
    return outcome_of(*Json::parse(reply));
}

}  // namespace

TEST_CASE("text is printed without quotes, nothing for null, the rest as indented JSON",
          "[client]") {
    CHECK(outcome(R"({"result":"ab\nc","error":null})").text == "ab\nc");
    CHECK(outcome(R"({"result":null,"error":null})").text.empty());
    CHECK(outcome(R"({"result":0.10000000})").text == "0.10000000");
    CHECK(outcome(R"({"result":{"a":[1]}})").text == "{\n  \"a\": [\n    1\n  ]\n}");
    CHECK(outcome(R"({"result":true})").exit_code == 0);
}

TEST_CASE("an error's code, without its sign, is the exit code", "[client]") {
    const auto refused = outcome(R"({"result":null,"error":{"code":-8,"message":"no"},"id":1})");
    CHECK(refused.exit_code == 8);
    CHECK(refused.text == "error code: -8\nerror message:\nno");
    CHECK(outcome(R"({"error":"odd"})").exit_code == 1);
    CHECK(outcome(R"({"error":{"code":0}})").exit_code == 1);
}

TEST_CASE("the error for several wallets says how to name one", "[client]") {
    CHECK(outcome(R"({"error":{"code":-19,"message":"which?"}})").text.find("-rpcwallet=<name>") !=
          std::string::npos);
}
