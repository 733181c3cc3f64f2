#include <test.h>

#include "fake_methods.h"

using namespace daler;
using namespace daler::rpc;
using namespace daler::rpc::test;

namespace {

/// The code and message with which the method refuses these arguments.
std::pair<int, std::string> refusal(const std::string& name, const std::string& params) {
    Fixture fixture;
    try {
        (void)fixture.dispatcher.execute(name, *Json::parse(params), {});
    } catch (const Error& error) {
        return {error.code, error.message};
    }
    return {0, "(accepted)"};
}

Json result(const std::string& name, const std::string& params) {
    Fixture fixture;
    return fixture.dispatcher.execute(name, *Json::parse(params), {});
}

const std::string add_help =
    "add a ( b \"note\" )\n"
    "\nAdds two numbers.\n"
    "\nArguments:\n"
    "1. a (numeric, required) The one.\n"
    "2. b (numeric, optional, default=1) The other.\n"
    "3. note (string, optional) Ignored.\n"
    "\nResult:\nn    (numeric) The sum";

}  // namespace

TEST_CASE("arguments are given by position, by name or both", "[rpc]") {
    const auto params = GENERATE(as<std::string>(), "[2,3]", R"({"a":2,"b":3})", R"({"b":3,"a":2})",
                                 R"({"left":2,"right":3})", R"({"args":[2,3]})",
                                 R"({"args":[2],"b":3})", "[2,3,null]");
    CAPTURE(params);
    CHECK(result("add", params) == Json(5));
}

TEST_CASE("null means the default", "[rpc]") {
    CHECK(result("add", "[2,null]") == Json(3));
    CHECK(result("add", R"({"a":2,"b":null,"note":"x"})") == Json(3));
    CHECK(result("add", R"({"a":2,"note":"x"})") == Json(3));
}

TEST_CASE("unknown, duplicate and misplaced names are refused", "[rpc]") {
    const auto [params, reason] = GENERATE(table<std::string, std::string>({
        {R"({"a":1,"c":2})", "Unknown named parameter c"},
        {R"({"a":1,"left":2})", "Unknown named parameter left"},
        {R"({"a":1,"a":2})", "Parameter a specified multiple times"},
        {R"({"args":[1],"a":2})",
         "Parameter a specified twice both as positional and named argument"},
        {R"({"args":5})", "Parameter args must be an array"},
    }));
    CHECK(refusal("add", params) == std::pair(-8, reason));
}

TEST_CASE("fields of options are given in an object or by name", "[rpc]") {
    const auto params =
        GENERATE(as<std::string>(), R"([1,{"speed":2}])", R"({"first":1,"speed":2})",
                 R"({"speed":2})", R"({"options":{"speed":2}})", R"({"args":[1],"speed":2})");
    CAPTURE(params);
    CHECK(result("choose", params) == *Json::parse(R"({"speed":2})"));
}

TEST_CASE("options are checked by their declaration", "[rpc]") {
    const auto [params, code, reason] = GENERATE(table<std::string, int, std::string>({
        {R"([1,{"spede":2}])", -3, "Unexpected key spede"},
        {R"({"spede":2})", -8, "Unknown named parameter spede"},
        {R"({"speed":"2"})", -3,
         "JSON value of type string for field speed is not of expected type number"},
        {R"({"options":{"speed":2},"names":[]})", -8,
         "Parameter options conflicts with parameter names"},
        {R"({"args":[1,{}],"speed":2})", -8,
         "Parameter options specified twice both as positional and named argument"},
    }));
    CAPTURE(params);
    CHECK(refusal("choose", params) == std::pair(code, reason));
}

TEST_CASE("the answer to a wrong number of arguments is the help", "[rpc]") {
    CHECK(refusal("add", "[]") == std::pair(-1, add_help));
    CHECK(refusal("add", "[1,2,\"x\",4]") == std::pair(-1, add_help));
    CHECK(refusal("add", "{}") == std::pair(-1, add_help));
    CHECK(refusal("where", "[1]").first == -1);
}

TEST_CASE("wrong types are listed by position and name", "[rpc]") {
    CHECK(refusal("add", R"(["1",2,3])") ==
          std::pair(
              -3, std::string("Wrong type passed:\n{\n"
                              "    \"Position 1 (a|left)\": \"JSON value of type string is not of "
                              "expected type number\",\n"
                              "    \"Position 3 (note)\": \"JSON value of type number is not of "
                              "expected type string\"\n}")));
    CHECK(refusal("add", "[null]") ==
          std::pair(-3, std::string("Wrong type passed:\n{\n    \"Position 1 (a|left)\": \"JSON "
                                    "value of type null is not of expected type number\"\n}")));
}

TEST_CASE("a declared type accepts values of its kind only", "[rpc]") {
    CHECK(refusal("types", R"(["00",1,[],{},true,5,1.5])").first == 0);
    CHECK(refusal("types", R"(["00","1",[],{},true,"x",1])").first == 0);
    const auto params = GENERATE(as<std::string>(), R"([0])", R"(["00",1,{}])", R"(["00",1,[],[]])",
                                 R"(["00",1,[],{},1])", R"(["00",1,[],{},true,1,"1"])");
    CHECK(refusal("types", params).first == -3);
}

TEST_CASE("integers must be whole and fit", "[rpc]") {
    CHECK(result("add", "[9223372036854775806,1]") == Json(std::int64_t{9223372036854775807}));
    const auto params = GENERATE(as<std::string>(), "[1.5]", "[9223372036854775808]", "[1e2]",
                                 "[1,2147483648]", "[1,-2147483649]");
    CHECK(refusal("add", params) == std::pair(-1, std::string("JSON integer out of range")));
}
