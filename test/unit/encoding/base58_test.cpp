#include <daler/encoding/base58.h>
#include <daler/encoding/hex.h>
#include <daler/encoding/json.h>

#include "../support/vectors.h"

#include <test.h>

using namespace daler;

TEST_CASE("base 58 agrees with bitcoind's vectors in both directions", "[encoding]") {
    const auto text = test::read_vectors("core/base58_encode_decode.json");
    if (!text) return;
    const auto vectors = Json::parse(*text);
    REQUIRE(vectors);
    int count = 0;
    for (const Json& pair : vectors->items()) {
        const auto bytes = from_hex(pair[0].as_string());
        REQUIRE(bytes);
        const std::string& expected = pair[1].as_string();
        CHECK(base58_encode(*bytes) == expected);
        CHECK(base58_decode(expected, bytes->size()) == *bytes);
        CHECK(base58_decode(expected, 256) == *bytes);
        if (!bytes->empty()) CHECK_FALSE(base58_decode(expected, bytes->size() - 1));
        ++count;
    }
    CHECK(count == 14);
}

TEST_CASE("base 58 ignores white space around, not inside", "[encoding]") {
    CHECK(base58_decode(" \t\n\v\f\r2g \r\f\v\n\t ", 3) == Bytes{0x61});
    CHECK_FALSE(base58_decode("2 g", 3));
    CHECK(base58_decode("", 3) == Bytes{});
    CHECK(base58_decode("  ", 3) == Bytes{});
}

TEST_CASE("base 58 refuses characters outside its alphabet", "[encoding]") {
    for (const char c : std::string_view("0OIl+/-_\x80\xff\0", 11))
        CHECK_FALSE(base58_decode(std::string("2g") + c + "2g", 10));
}

TEST_CASE("base 58 refuses a long text before it is decoded", "[encoding]") {
    CHECK_FALSE(base58_decode(std::string(100'000'000, 'z'), 78));
    CHECK(base58_decode(std::string(32, '1'), 32) == Bytes(32));
    CHECK_FALSE(base58_decode(std::string(33, '1'), 32));
}
