#include <daler/encoding/hex.h>

#include <crypto/lax_der.h>
#include <test.h>

using namespace daler;
using namespace daler::crypto;

namespace {

std::optional<CompactSignature> parse(std::string_view hex) {
    const auto bytes = from_hex(hex);
    REQUIRE(bytes);
    return parse_lax_der(*bytes);
}

CompactSignature numbers(std::uint8_t r, std::uint8_t s) {
    CompactSignature out{};
    out[31] = r;
    out[63] = s;
    return out;
}

const std::string ff32 = std::string(64, 'f');

}  // namespace

TEST_CASE("signatures that strict DER forbids but the old chain has are read", "[crypto][bip66]") {
    struct Example {
        std::string_view name, hex;
    };
    const auto example = GENERATE(values<Example>({
        {"strict DER", "3006020101020102"},
        {"wrong sequence length", "307f020101020102"},
        {"long form sequence length", "308106020101020102"},
        {"sequence length with many bytes", "3084000000ff020101020102"},
        {"trailing bytes", "3006020101020102deadbeef"},
        {"padded numbers", "300a02030000010203000002"},
        {"long form integer lengths", "3009028101010282000102"},
        {"length padded with zeros", "300c0285000000000101020102"},
    }));
    CAPTURE(example.name);
    CHECK(parse(example.hex) == numbers(1, 2));
}

TEST_CASE("numbers may look negative, be empty or fill 32 bytes", "[crypto][bip66]") {
    CHECK(parse("30060201ff020102") == numbers(0xff, 2));
    CHECK(parse("30050200020102") == numbers(0, 2));
    CompactSignature full{};
    std::fill_n(full.begin(), 32, 0xff);
    full[63] = 2;
    CHECK(parse("30250220" + ff32 + "020102") == full);
    CHECK(parse("3026022100" + ff32 + "020102") == full);
}

TEST_CASE("a number above 32 bytes makes both zero", "[crypto][bip66]") {
    CHECK(parse("3026022101" + ff32 + "020102") == CompactSignature{});
    CHECK(parse("3026020102022101" + ff32) == CompactSignature{});
}

TEST_CASE("bytes that are not a pair of integers are refused", "[crypto][bip66]") {
    struct Example {
        std::string_view name, hex;
    };
    const auto example = GENERATE(values<Example>({
        {"nothing", ""},
        {"a sequence tag alone", "30"},
        {"another tag", "3106020101020102"},
        {"no integer", "3000"},
        {"R is not an integer", "3006030101020102"},
        {"S is not an integer", "3006020101030102"},
        {"no S", "3003020101"},
        {"S is cut", "30060201010202ff"},
        {"sequence length is cut", "3082"},
        {"sequence length of more bytes than there are", "30ff020101020102"},
        {"integer length is cut", "3006028201"},
        {"integer length of four significant bytes", "300a02840100000101020102"},
    }));
    CAPTURE(example.name);
    CHECK_FALSE(parse(example.hex));
}
