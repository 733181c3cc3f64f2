#include <daler/primitives/u256.h>

#include <cmath>
#include <random>

#include <test.h>

using namespace daler;

namespace {

U256 number(std::string_view hex) {
    return U256::from_hex(hex).value();
}

U256 random_number(std::mt19937_64& engine) {
    U256 out;
    for (int i = 0; i < 4; ++i)
        out = (out << 64) + U256{engine()};
    return out >> static_cast<unsigned>(engine() % 256);
}

const std::string all_ones(64, 'f');

}  // namespace

TEST_CASE("a number is written with 64 digits and read with one to 64", "[primitives]") {
    CHECK(number("1").to_hex() == std::string(63, '0') + "1");
    CHECK(number(all_ones).to_hex() == all_ones);
    CHECK_FALSE(U256::from_hex(""));
    CHECK_FALSE(U256::from_hex(all_ones + "f"));
    CHECK_FALSE(U256::from_hex("g"));
}

TEST_CASE("arithmetic wraps at 256 bits", "[primitives]") {
    CHECK((number(all_ones) + U256{1}).is_zero());
    CHECK((U256{} - U256{1}) == number(all_ones));
    CHECK(number("1" + std::string(63, '0')) * 16 == U256{});
    CHECK(~U256{} == number(all_ones));
}

TEST_CASE("carries and shifts cross the limbs", "[primitives]") {
    CHECK(U256{~0ull} + U256{1} == (U256{1} << 64));
    CHECK(((U256{1} << 255) >> 255) == U256{1});
    CHECK((U256{1} << 256).is_zero());
    CHECK((number(all_ones) >> 256).is_zero());
    CHECK((number("123456789abcdef0123456789") << 4) == number("123456789abcdef01234567890"));
    CHECK((number("123456789abcdef0123456789") >> 68) == number("12345678"));
    CHECK((U256{3} << 0) == U256{3});
}

TEST_CASE("quotient and remainder give the number back", "[primitives]") {
    std::mt19937_64 engine(7);
    for (int i = 0; i < 300; ++i) {
        const U256 a = random_number(engine);
        const std::uint64_t factor = (engine() >> (engine() % 60)) | 1;
        const U256 quotient = a / U256{factor};
        const U256 rest = a - quotient * factor;
        CHECK(rest < U256{factor});
        CHECK(quotient * factor + rest == a);
    }
    CHECK(number(all_ones) / number(all_ones) == U256{1});
    CHECK(U256{5} / number(all_ones) == U256{0});
    CHECK(number(all_ones) / U256{1} == number(all_ones));
}

TEST_CASE("numbers are ordered by size and have a bit length", "[primitives]") {
    CHECK((U256{1} << 64) > U256{~0ull});
    CHECK(U256{1} < U256{2});
    CHECK(U256{}.bit_length() == 0);
    CHECK(U256{1}.bit_length() == 1);
    CHECK(U256{255}.bit_length() == 8);
    CHECK((U256{1} << 255).bit_length() == 256);
    CHECK((U256{1} << 200).to_double() == std::ldexp(1.0, 200));
}

TEST_CASE("a hash is a little-endian number", "[primitives]") {
    crypto::Digest256 bytes{};
    bytes[0] = 2;
    bytes[31] = 1;
    CHECK(U256::from_little_endian(bytes) == number("1" + std::string(61, '0') + "2"));
    CHECK(U256::from_little_endian(bytes).to_little_endian() == bytes);
}
