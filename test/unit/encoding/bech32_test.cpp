#include <daler/encoding/bech32.h>
#include <daler/encoding/hex.h>

#include <test.h>

using namespace daler;

namespace {

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return text;
}

void check_valid(const std::string& text, Bech32Kind kind) {
    CAPTURE(text);
    const auto parts = bech32_decode(text);
    REQUIRE(parts);
    CHECK(parts->kind == kind);
    CHECK(bech32_encode(*parts) == lower(text));
    // Any one character changed within the alphabet breaks the checksum.
    std::string broken = lower(text);
    broken.back() = broken.back() == 'q' ? 'p' : 'q';
    CHECK_FALSE(bech32_decode(broken));
}

}  // namespace

TEST_CASE("the valid texts of BIP 173 are bech32", "[encoding][bip173]") {
    for (const std::string text :
         {"A12UEL5L", "a12uel5l",
          "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5t"
          "gs",
          "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
          "11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc824"
          "7j",
          "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", "?1ezyfcl"}) {
        check_valid(text, Bech32Kind::bech32);
    }
}

TEST_CASE("the valid texts of BIP 350 are bech32m", "[encoding][bip350]") {
    for (const std::string text :
         {"A1LQFN3A", "a1lqfn3a",
          "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7h"
          "g6",
          "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
          "11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllluds"
          "r8",
          "split1checkupstagehandshakeupstreamerranterredcaperredlc445v", "?1v759aa"}) {
        check_valid(text, Bech32Kind::bech32m);
    }
}

TEST_CASE("text that is not bech32 is refused with bitcoind's words",
          "[encoding][bip173][bip350]") {
    struct Example {
        std::string text, message;
        std::vector<std::size_t> positions;
    };
    const auto example = GENERATE(values<Example>({
        {"an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569p"
         "vx",
         "Bech32 string too long",
         {90}},
        {" 1nwldj5", "Invalid character or mixed case", {0}},
        {"\x7f"
         "1axkwrx",
         "Invalid character or mixed case",
         {0}},
        {"\x80"
         "1eym55h",
         "Invalid character or mixed case",
         {0}},
        {"A1G7SGD8x", "Invalid character or mixed case", {8}},
        {"tEST1qqqqqqq", "Invalid character or mixed case", {1, 2, 3}},
        {"pzry9x0s0muk", "Missing separator", {}},
        {"1pzry9x0s0muk", "Invalid separator position", {0}},
        {"li1dgmt3", "Invalid separator position", {2}},
        {"de1lg7wt\xff", "Invalid character or mixed case", {8}},
        {"x1b4n0q5v", "Invalid Base 32 character", {2}},
        {"in1muywd", "Invalid separator position", {2}},
        {"mm1crxm3i", "Invalid Base 32 character", {8}},
        {"", "Missing separator", {}},
        {"1", "Invalid separator position", {0}},
    }));
    CAPTURE(example.text);
    const auto parts = bech32_decode(example.text);
    REQUIRE_FALSE(parts);
    CHECK(parts.error().message == example.message);
    CHECK(parts.error().positions == example.positions);
}

TEST_CASE("one or two mistyped characters are located", "[encoding][bip173]") {
    const std::string good = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
    REQUIRE(bech32_decode(good));
    for (std::size_t i = 3; i < good.size(); i += 5) {
        std::string bad = good;
        bad[i] = bad[i] == 'q' ? 'p' : 'q';
        const auto one = bech32_decode(bad);
        REQUIRE_FALSE(one);
        CHECK(one.error().message == "Invalid Bech32 checksum");
        CHECK(one.error().positions == std::vector<std::size_t>{i});

        const std::size_t j = i < 20 ? i + 7 : i - 9;
        bad[j] = bad[j] == 'z' ? 'x' : 'z';
        const auto two = bech32_decode(bad);
        REQUIRE_FALSE(two);
        CHECK(two.error().message == "Invalid Bech32 checksum");
        CHECK(two.error().positions == std::vector<std::size_t>{std::min(i, j), std::max(i, j)});
    }
}

TEST_CASE("the error for a bech32m text with one wrong character says bech32m",
          "[encoding][bip350]") {
    const auto parts = bech32_decode("a1lqfn3p");
    REQUIRE_FALSE(parts);
    CHECK(parts.error().message == "Invalid Bech32m checksum");
    CHECK(parts.error().positions == std::vector<std::size_t>{7});
}

TEST_CASE("five-bit groups give the same bytes again", "[encoding]") {
    for (std::size_t size = 0; size < 42; ++size) {
        Bytes bytes(size);
        for (std::size_t i = 0; i < size; ++i)
            bytes[i] = static_cast<std::uint8_t>(i * 37 + 11);
        const Bytes groups = to_five_bits(bytes);
        CHECK(groups.size() == (size * 8 + 4) / 5);
        CHECK(from_five_bits(groups) == bytes);
    }
}

TEST_CASE("five-bit groups must be padded with zeros and not more than needed", "[encoding]") {
    CHECK(from_five_bits(Bytes{0x1f, 0x1c}) == Bytes{0xff});
    CHECK_FALSE(from_five_bits(Bytes{0x1f, 0x1d}));
    CHECK_FALSE(from_five_bits(Bytes{0x1f, 0x1c, 0x00}));
    CHECK_FALSE(from_five_bits(Bytes{0x20, 0x00}));
    CHECK_FALSE(from_five_bits(Bytes{0x00}));
    CHECK(from_five_bits({}) == Bytes{});
}
