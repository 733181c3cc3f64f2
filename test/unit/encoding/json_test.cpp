#include <daler/encoding/hex.h>
#include <daler/encoding/json_writer.h>

#include <test.h>
#include <limits>

using namespace daler;

namespace {

Json parse(std::string_view text) {
    auto value = Json::parse(text);
    INFO(text);
    if (!value) FAIL(value.error());
    return std::move(*value);
}

}  // namespace

TEST_CASE("JSON keeps the order of members and the text of numbers", "[encoding][json]") {
    const auto text = GENERATE(
        as<std::string>{}, R"({"z":1,"a":2,"m":{"y":[],"b":{}}})", "0.10000000", "-0", "1E+2",
        "1e400", "123456789012345678901234567890.123456789012345678901234567890", "-1.5e-7",
        "21000000.00000000", "18446744073709551616", "-9223372036854775809",
        R"([null,true,false,"",[[]]])", R"("tab\tquote\"")", R"({"a":1,"a":2})", R"({"":""})");
    CHECK(parse(text).write() == text);
}

TEST_CASE("white space between tokens has no meaning", "[encoding][json]") {
    CHECK(parse(" \r\n\t[ 1 , { \"a\" : null } ] \n").write() == R"([1,{"a":null}])");
}

TEST_CASE("text that is not strict JSON is refused", "[encoding][json]") {
    const auto text =
        GENERATE(as<std::string>{}, "", " ", "{", "[", "]", "[1", "[1,", "[1,]", "{\"a\"}",
                 "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "tru", "truex", "nul", "+1", "01",
                 ".5", "1.", "1e", "1e+", "-", "NaN", "Infinity", "0x10", "1 2", "[] []", "\"",
                 "\"\\x\"", "\"\\u12\"", "\"\n\"", "\"\\ud800\"", "\"\\udc00\"", "// comment\n1",
                 "/**/1", "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"",
                 "\xef\xbb\xbf"
                 "1",
                 "[1}", "{\"a\":1]");
    CAPTURE(text);
    const auto value = Json::parse(text);
    REQUIRE_FALSE(value);
    CHECK(value.error().find("at byte") != std::string::npos);
}

TEST_CASE("a zero byte is not white space", "[encoding][json]") {
    CHECK_FALSE(Json::parse(std::string_view("1\0", 2)));
    CHECK_FALSE(Json::parse(std::string_view("\"a\0b\"", 5)));
    CHECK(parse("\"a\\u0000b\"").as_string() == std::string_view("a\0b", 3));
}

TEST_CASE("nesting may be 512 deep and not one level more", "[encoding][json]") {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    const std::string deepest = nested(max_json_depth);
    CHECK(parse(deepest).write() == deepest);
    CHECK_FALSE(Json::parse(nested(max_json_depth + 1)));
    CHECK_FALSE(Json::parse(std::string(10'000'000, '[')));
    std::string objects;
    for (std::size_t i = 0; i <= max_json_depth; ++i)
        objects += "{\"a\":";
    CHECK_FALSE(Json::parse(objects + "1" + std::string(max_json_depth + 1, '}')));
}

TEST_CASE("escapes are read, and written only where needed", "[encoding][json]") {
    const Json value = parse(R"("\u0041\u00e9\ud83d\ude00\/\b\f\n\r\t\\\"")");
    CHECK(value.as_string() == "A\xc3\xa9\xf0\x9f\x98\x80/\b\f\n\r\t\\\"");
    CHECK(value.write() == "\"A\xc3\xa9\xf0\x9f\x98\x80/\\b\\f\\n\\r\\t\\\\\\\"\"");
    CHECK(Json("\x01\x1f\x7f").write() == "\"\\u0001\\u001f\\u007f\"");
}

TEST_CASE("indented JSON looks as bitcoin-cli prints it", "[encoding][json]") {
    Json value = Json::object();
    value.set("a", 1).set("b", Json::array().push(1).push(Json::object())).set("c", Json::array());
    CHECK(value.write(2) ==
          "{\n"
          "  \"a\": 1,\n"
          "  \"b\": [\n"
          "    1,\n"
          "    {\n"
          "    }\n"
          "  ],\n"
          "  \"c\": [\n"
          "  ]\n"
          "}");
    CHECK(Json::array().write(2) == "[\n]");
    CHECK(Json("x").write(2) == "\"x\"");
}

TEST_CASE("values are made from C++ values", "[encoding][json]") {
    const Json value = Json::array()
                           .push(true)
                           .push(nullptr)
                           .push(-1)
                           .push(std::numeric_limits<std::uint64_t>::max())
                           .push(std::uint8_t{7})
                           .push("text")
                           .push(std::string("text"))
                           .push(std::string_view("text"))
                           .push(Json::number_text("0.00010000"))
                           .push(Json::Array{1, "x"});
    CHECK(value.write() ==
          R"([true,null,-1,18446744073709551615,7,"text","text","text",0.00010000,[1,"x"]])");
}

TEST_CASE("doubles print with 16 significant digits", "[encoding][json]") {
    CHECK(Json(4.656542373906925e-10).write() == "4.656542373906925e-10");
    CHECK(Json(0.5).write() == "0.5");
    CHECK(Json(1.0).write() == "1");
    CHECK(Json(0.1).write() == "0.1");
    CHECK(Json(1e20).write() == "1e+20");
    CHECK(Json(std::numeric_limits<double>::infinity()).is_null());
    CHECK(Json(std::numeric_limits<double>::quiet_NaN()).is_null());
}

TEST_CASE("numbers are integers only if they are written so and fit", "[encoding][json]") {
    CHECK(parse("255").as_integer<std::uint8_t>() == std::uint8_t{255});
    CHECK_FALSE(parse("256").as_integer<std::uint8_t>());
    CHECK(parse("-9223372036854775808").as_integer<std::int64_t>() ==
          std::numeric_limits<std::int64_t>::min());
    CHECK_FALSE(parse("9223372036854775808").as_integer<std::int64_t>());
    CHECK_FALSE(parse("-1").as_integer<std::uint64_t>());
    CHECK_FALSE(parse("1.0").as_integer<int>());
    CHECK_FALSE(parse("1e2").as_integer<int>());
    CHECK_FALSE(parse("\"1\"").as_integer<int>());
    CHECK(parse("1.5").as_double() == 1.5);
    CHECK_FALSE(parse("1e400").as_double());
    CHECK_FALSE(parse("true").as_double());
}

TEST_CASE("members are found, replaced in place and appended", "[encoding][json]") {
    Json value = parse(R"({"a":1,"b":2,"a":3})");
    REQUIRE(value.find("a"));
    CHECK(value.find("a")->as_integer<int>() == 1);
    CHECK_FALSE(value.find("c"));
    CHECK_FALSE(Json(1).find("a"));
    value.set("b", "x").set("c", false);
    CHECK(value.write() == R"({"a":1,"b":"x","a":3,"c":false})");
    CHECK(value.size() == 4);
    CHECK(value.members()[1].key == "b");
    CHECK(Json().size() == 0);
    CHECK(value == parse(value.write()));
    CHECK_FALSE(value == Json());
}

TEST_CASE("a streaming writer writes what a value would", "[encoding][json]") {
    for (const unsigned indent : {0u, 2u}) {
        std::string out;
        JsonWriter writer(out, indent);
        writer.begin_object();
        writer.key("list");
        writer.begin_array();
        writer.number_text("1.00000000");
        writer.string("a\"b");
        writer.value(parse(R"({"x":[]})"));
        writer.end_array();
        writer.key("empty");
        writer.begin_object();
        writer.end_object();
        writer.key("end");
        writer.value(nullptr);
        writer.end_object();
        CHECK(
            out ==
            parse(R"({"list":[1.00000000,"a\"b",{"x":[]}],"empty":{},"end":null})").write(indent));
    }
}

TEST_CASE("a streaming writer writes members of every type", "[encoding][json]") {
    const Bytes bytes{0x00, 0x1f, 0xab, 0xcd, 0xef};
    for (const unsigned indent : {0u, 2u}) {
        std::string out;
        JsonWriter writer(out, indent);
        writer.begin_array();
        writer.begin_object();
        writer.hex("hex", bytes);
        writer.reversed_hex("reversed", bytes);
        writer.hex("none", {});
        writer.number("most", std::numeric_limits<std::uint64_t>::max());
        writer.number("least", std::numeric_limits<std::int64_t>::min());
        writer.number_text("exact", "0.10");
        writer.boolean("yes", true);
        writer.string("text", "\n");
        writer.begin_array("list");
        writer.hex(bytes);
        writer.boolean(false);
        writer.written("[1]");
        writer.end_array();
        writer.begin_object("inner");
        writer.value("null", nullptr);
        writer.end_object();
        writer.end_object();
        writer.end_array();
        std::string expected =
            parse(R"([{"hex":"001fabcdef","reversed":"efcdab1f00","none":"",)"
                  R"("most":18446744073709551615,"least":-9223372036854775808,"exact":0.10,)"
                  R"("yes":true,"text":"\n","list":["001fabcdef",false,"[1]"],)"
                  R"("inner":{"null":null}}])")
                .write(indent);
        expected.replace(expected.find("\"[1]\""), 5, "[1]");
        CHECK(out == expected);
    }
}

TEST_CASE("a streaming writer writes long hex in both orders", "[encoding][json]") {
    for (const std::size_t size : {63u, 64u, 65u, 2048u, 2049u, 5000u}) {
        Bytes bytes(size);
        for (std::size_t i = 0; i < size; ++i)
            bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
        const Bytes turned(bytes.rbegin(), bytes.rend());
        std::string out;
        JsonWriter writer(out);
        writer.begin_array();
        writer.hex(bytes);
        writer.reversed_hex(bytes);
        writer.end_array();
        CHECK(out == "[\"" + to_hex(bytes) + "\",\"" + to_hex(turned) + "\"]");
    }
}
