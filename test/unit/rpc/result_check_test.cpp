#include <test.h>

#include "fake_methods.h"

using namespace daler;
using namespace daler::rpc;
using namespace daler::rpc::test;

namespace {

const ResultFields head = {{"id", Type::hex}, {"count?", Type::integer}};

const ResultField everything{
    "",
    Type::object,
    "",
    {{"", Type::same_fields, "", head},
     {"value?", Type::amount},
     {"pair?", Type::tuple, "", {{"", Type::integer}, {"", Type::string}}},
     {"list?", Type::objects, "", {{"a", Type::boolean}}},
     {"by_name?", Type::map, "", {{"name", Type::number}}},
     {"either?", Type::one_of, "", {{"", Type::null}, {"", Type::array, "", {{"", Type::string}}}}},
     {"anything?", Type::any},
     {"when?", Type::time}}};

std::string problem(const std::string& answer) {
    return misfit(*Json::parse(answer), everything);
}

}  // namespace

TEST_CASE("an answer that is as declared has no misfit", "[rpc]") {
    const auto answer = GENERATE(
        as<std::string>(), R"({"id":"00ff"})", R"({"id":"","count":-1,"value":-0.00000001})",
        R"({"id":"","pair":[1,"x"],"list":[{"a":true}],"by_name":{"x":1.5,"y":1e3}})",
        R"({"id":"","list":[],"by_name":{},"either":null})",
        R"({"id":"","either":["x"],"anything":{"x":[]},"when":5})");
    CAPTURE(answer);
    CHECK(problem(answer).empty());
}

TEST_CASE("a misfit has the place and the reason", "[rpc]") {
    const auto [answer, text] = GENERATE(table<std::string, std::string>({
        {R"([])", "the answer is not an object"},
        {R"({})", ".id is missing or not in its place"},
        {R"({"count":1,"id":""})", ".id is missing or not in its place"},
        {R"({"id":"f"})", ".id is not a hex string"},
        {R"({"id":"","count":1.0})", ".count is not an integer"},
        {R"({"id":"","value":1})", ".value is not an amount"},
        {R"({"id":"","value":"1.00000000"})", ".value is not an amount"},
        {R"({"id":"","value":1.00000000,"count":1})",
         ".count is not declared, or not in this place"},
        {R"({"id":"","extra":1})", ".extra is not declared, or not in this place"},
        {R"({"id":"","pair":[1]})", ".pair has 1 items"},
        {R"({"id":"","pair":[1,2]})", ".pair[1] is not a string"},
        {R"({"id":"","list":[{"a":true},{"a":1}]})", ".list[1].a is not a boolean"},
        {R"({"id":"","list":[{}]})", ".list[0].a is missing or not in its place"},
        {R"({"id":"","by_name":{"x":"1"}})", ".by_name.x is not a number"},
        {R"({"id":"","either":[1]})", ".either[0] is not a string"},
        {R"({"id":"","when":"now"})", ".when is not an integer"},
    }));
    CAPTURE(answer);
    CHECK(problem(answer) == text);
}

TEST_CASE("an answer that is not as declared becomes an error if answers are checked", "[rpc]") {
    static const Method wrong[] = {
        {"Testing", "wrong", "", {}, nothing, [](Call&) { return Json(1); }},
        {"Testing", "written", "", {}, nothing, [](Call&, JsonWriter& out) { out.number(1); }}};
    const std::array<std::span<const Method>, 1> tables{wrong};
    Dispatcher dispatcher{tables};
    NoServices none;
    dispatcher.open(none.get());
    const std::string name = GENERATE("wrong", "written");
    CHECK(dispatcher.execute(name, {}, {}) == Json(1));
    none.services.checks_answers = true;
    try {
        (void)dispatcher.execute(name, {}, {});
        FAIL("it was accepted");
    } catch (const Error& error) {
        CHECK(error.code == -1);
        CHECK(error.message == "Internal bug detected: RPC call \"" + name +
                                   "\" returned incorrect type: the answer is not null");
    }
}
