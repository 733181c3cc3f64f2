#include <test.h>

#include <daler/rpc/values.h>

using namespace daler;
using namespace daler::rpc;

namespace {

template <class Work>
std::pair<int, std::string> refusal(Work work) {
    try {
        (void)work();
    } catch (const Error& error) {
        return {error.code, error.message};
    }
    return {0, "(accepted)"};
}

using Refusal = std::pair<int, std::string>;

}  // namespace

TEST_CASE("amounts are exact decimals, as numbers or strings", "[rpc]") {
    const auto [text, expected] = GENERATE(table<std::string, Refusal>({
        {"0.10000000", {0, "(accepted)"}},
        {"\"0.1\"", {0, "(accepted)"}},
        {"21000000", {0, "(accepted)"}},
        {"21000000.00000001", {-3, "Amount out of range"}},
        {"-0.00000001", {-3, "Amount out of range"}},
        {"0.000000001", {-3, "Invalid amount"}},
        {"\"x\"", {-3, "Invalid amount"}},
        {"true", {-3, "Amount is not a number or string"}},
    }));
    CAPTURE(text);
    const Json value = *Json::parse(text);
    CHECK(refusal([&] { return to_amount(value); }) == expected);
}

TEST_CASE("amounts are shown with eight decimals", "[rpc]") {
    CHECK(from_amount(Amount{1}).write() == "0.00000001");
    CHECK(from_amount(Amount{-5'000'000'000}).write() == "-50.00000000");
}

TEST_CASE("hashes are 64 hex digits in reversed order", "[rpc]") {
    const std::string digits = "01" + std::string(60, '0') + "ff";
    const auto bytes = to_hash(Json(digits), "txid");
    CHECK(bytes[0] == 0xff);
    CHECK(bytes[31] == 0x01);
    CHECK(refusal([] { return to_hash(Json("abc"), "txid"); }) ==
          Refusal{-8, "txid must be of length 64 (not 3, for 'abc')"});
    const std::string odd(64, 'x');
    CHECK(refusal([&] { return to_hash(Json(odd), "blockhash"); }) ==
          Refusal{-8, "blockhash must be hexadecimal string (not '" + odd + "')"});
}

TEST_CASE("hex is an even number of digits", "[rpc]") {
    CHECK(to_bytes(Json("00Ff"), "data") == Bytes{0x00, 0xff});
    const auto text = GENERATE(as<std::string>(), "", "0", "0g");
    CHECK(refusal([&] { return to_bytes(Json(text), "data"); }) ==
          Refusal{-8, "data must be hexadecimal string (not '" + text + "')"});
}

TEST_CASE("a range of indices is given by its end, or by its begin and end", "[rpc]") {
    const auto range = [](const std::string& text) { return to_index_range(*Json::parse(text)); };
    CHECK(range("0").last == 0);
    CHECK(range("999999").first == 0);
    CHECK(range("999999").last == 999'999);
    CHECK(range("[5,1000004]").first == 5);
    CHECK(range("[5,1000004]").last == 1'000'004);
    CHECK(range("[2147483647,2147483647]").first == 2'147'483'647);

    const auto [text, message] = GENERATE(table<std::string, std::string>({
        {"-1", "End of range is too high"},
        {"[-1,5]", "Range should be greater or equal than 0"},
        {"1000000", "Range is too large"},
        {"[5,1000005]", "Range is too large"},
        {"[2147483647,2147483648]", "End of range is too high"},
        {"[6,5]", "Range specified as [begin,end] must not have begin after end"},
        {"[1]", "Range must be specified as end or as [begin,end]"},
        {"[1,2,3]", "Range must be specified as end or as [begin,end]"},
        {"[\"1\",2]", "Range must be specified as end or as [begin,end]"},
        {"\"5\"", "Range must be specified as end or as [begin,end]"},
        {"null", "Range must be specified as end or as [begin,end]"},
    }));
    CAPTURE(text);
    CHECK(refusal([&] { return range(text); }) == Refusal{-8, message});
}

TEST_CASE("objects are checked member by member", "[rpc]") {
    const std::array<Field, 2> fields{{{"txid", Json::Kind::string}, {"any", std::nullopt}}};
    const auto check = [&](const std::string& text, bool strict) {
        return refusal([&] {
            check_object(*Json::parse(text), fields, strict);
            return 0;
        });
    };
    CHECK(check(R"({"txid":"x","any":[]})", true).first == 0);
    CHECK(check(R"({"txid":null})", true).first == 0);
    CHECK(check(R"({"txid":"x","more":1})", false).first == 0);
    CHECK(check(R"({"txid":5})", false) ==
          Refusal{-3, "JSON value of type number for field txid is not of expected type string"});
    CHECK(check(R"({"more":1})", true) == Refusal{-3, "Unexpected key more"});
    CHECK(check("[]", true) ==
          Refusal{-3, "JSON value of type array is not of expected type object"});
}
