#include <daler/encoding/hex.h>

#include <test.h>

using namespace daler;

TEST_CASE("hex reads in either case and writes lower case", "[encoding]") {
    const Bytes bytes{0x00, 0x01, 0x7f, 0x80, 0xab, 0xcd, 0xef, 0xff};
    CHECK(to_hex(bytes) == "00017f80abcdefff");
    CHECK(from_hex("00017f80abcdefff") == bytes);
    CHECK(from_hex("00017F80ABCDEFFF") == bytes);
    CHECK(to_hex({}).empty());
    CHECK(from_hex("") == Bytes{});
}

TEST_CASE("hex refuses odd lengths and every other character", "[encoding]") {
    for (int c = 0; c < 256; ++c) {
        const std::string one(1, static_cast<char>(c));
        const bool digit = std::string_view("0123456789abcdefABCDEF").find(static_cast<char>(c)) !=
                           std::string_view::npos;
        CHECK(from_hex("0" + one).has_value() == digit);
        CHECK(from_hex(one + "0").has_value() == digit);
        CHECK(is_hex(one + "0") == digit);
    }
    CHECK_FALSE(from_hex("0"));
    CHECK_FALSE(is_hex("000"));
    CHECK_FALSE(from_hex("0x00"));
}

TEST_CASE("hex of a fixed size must fill it exactly", "[encoding]") {
    std::array<std::uint8_t, 2> out{};
    CHECK(from_hex("beef", out));
    CHECK(out == std::array<std::uint8_t, 2>{0xbe, 0xef});
    CHECK_FALSE(from_hex("be", out));
    CHECK_FALSE(from_hex("beef00", out));
    CHECK_FALSE(from_hex("beeg", out));
}

TEST_CASE("hex of every byte at every place", "[encoding]") {
    for (std::size_t size = 1; size <= 40; ++size) {
        for (unsigned value = 0; value < 256; ++value) {
            Bytes bytes(size, 0x5a);
            bytes[(value + size) % size] = static_cast<std::uint8_t>(value);
            const std::string text = to_hex(bytes);
            REQUIRE(text.size() == 2 * size);
            for (std::size_t i = 0; i < size; ++i) {
                CHECK(text[2 * i] == "0123456789abcdef"[bytes[i] >> 4]);
                CHECK(text[2 * i + 1] == "0123456789abcdef"[bytes[i] & 15]);
            }
        }
    }
}
