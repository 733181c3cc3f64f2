#include <daler/script/script_number.h>
#include <test.h>

#include <limits>

namespace daler::script {
namespace {

TEST_CASE("numbers are little-endian with a sign bit", "[script]") {
    struct Example {
        std::int64_t number;
        Bytes bytes;
    };
    const std::vector<Example> examples{
        {0, {}},
        {1, {1}},
        {-1, {0x81}},
        {127, {0x7f}},
        {128, {0x80, 0}},
        {-128, {0x80, 0x80}},
        {255, {0xff, 0}},
        {256, {0, 1}},
        {-32768, {0, 0x80, 0x80}},
        {2147483647, {0xff, 0xff, 0xff, 0x7f}},
        {-2147483647, {0xff, 0xff, 0xff, 0xff}},
    };
    for (const auto& example : examples) {
        INFO(example.number);
        CHECK(std::ranges::equal(encode_number(example.number).bytes(), example.bytes));
        CHECK(decode_number(example.bytes, true) == example.number);
    }
}

TEST_CASE("arithmetic takes four bytes, lock times five", "[script]") {
    const auto too_long = encode_number(2147483648);
    CHECK_FALSE(decode_number(too_long.bytes(), true));
    CHECK(decode_number(too_long.bytes(), true, max_lock_time_size) == 2147483648);
    CHECK(encode_number(std::numeric_limits<std::int64_t>::min()).size == 9);
}

TEST_CASE("a number in more bytes than it needs is refused only if `minimal` is set", "[script]") {
    for (const Bytes& padded : {Bytes{0}, Bytes{0x80}, Bytes{1, 0}, Bytes{1, 0x80}}) {
        CHECK_FALSE(decode_number(padded, true));
        CHECK(decode_number(padded, false));
    }
    CHECK(decode_number(Bytes{0x80}, false) == 0);
    CHECK(decode_number(Bytes{1, 0x80}, false) == -1);
}

TEST_CASE("zero with or without a sign is false", "[script]") {
    CHECK_FALSE(is_true(Bytes{}));
    CHECK_FALSE(is_true(Bytes{0, 0}));
    CHECK_FALSE(is_true(Bytes{0, 0x80}));
    CHECK(is_true(Bytes{0x80, 0}));
    CHECK(is_true(Bytes{0, 1}));
    CHECK(is_true(Bytes(600, 1)));
}

}  // namespace
}  // namespace daler::script
