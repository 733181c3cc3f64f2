#include <test.h>

#include <daler/client/conversion.h>

using namespace daler;
using namespace daler::client;
using Words = std::vector<std::string>;

namespace {

constexpr auto table = std::to_array<Conversion>({
    {"getblock", 1, "verbosity|verbose", Rule::json_or_text},
    {"send", 1, "amount", Rule::json},
    {"send", 3, "flag", Rule::json},
});

std::string positional(std::string_view method, const Words& words) {
    const auto params = positional_params(table, method, words);
    return params ? params->write() : params.error();
}

std::string named(std::string_view method, const Words& words) {
    const auto params = named_params(table, method, words);
    return params ? params->write() : params.error();
}

}  // namespace

TEST_CASE("words are text unless the table has a rule", "[client]") {
    CHECK(positional("send", {"1", "0.10000000", "2", "true"}) == R"(["1",0.10000000,"2",true])");
    CHECK(positional("send", {"a", "\"0.1\""}) == R"(["a","0.1"])");
    CHECK(positional("unknown", {"1", "true"}) == R"(["1","true"])");
    CHECK(positional("getblock", {}) == "[]");
}

TEST_CASE("a word that must be JSON and is not is an error that shows it", "[client]") {
    CHECK(positional("send", {"a", "abc"}) == "Error parsing JSON: abc");
    CHECK(positional("send", {"a", ""}) == "Error parsing JSON: ");
    CHECK(named("send", {"amount=abc"}) == "Error parsing JSON: abc");
}

TEST_CASE("a word that may be JSON is text if it is not JSON", "[client]") {
    CHECK(positional("getblock", {"00", "2"}) == R"(["00",2])");
    CHECK(positional("getblock", {"00", "00ff"}) == R"(["00","00ff"])");
}

TEST_CASE("named words may be mixed with positional ones", "[client]") {
    CHECK(named("send", {"amount=1", "x=1"}) == R"({"amount":1,"x":"1"})");
    CHECK(named("getblock", {"verbose=1"}) == R"({"verbose":1})");
    CHECK(named("send", {"1", "2", "flag=false"}) == R"({"flag":false,"args":["1",2]})");
    CHECK(named("send", {"x=a", "x=b=c"}) == R"({"x":"b=c"})");
}
