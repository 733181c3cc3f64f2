#include <daler/primitives/amount.h>

#include <limits>

#include <test.h>

using namespace daler;

TEST_CASE("an amount is written in bitcoins with eight decimals", "[primitives]") {
    struct Example {
        std::int64_t satoshis;
        std::string_view text;
    };
    const auto example = GENERATE(values<Example>({
        {0, "0.00000000"},
        {1, "0.00000001"},
        {10'000'000, "0.10000000"},
        {-100'000'000, "-1.00000000"},
        {-1, "-0.00000001"},
        {2'100'000'000'000'000, "21000000.00000000"},
        {std::numeric_limits<std::int64_t>::min(), "-92233720368.54775808"},
    }));
    CHECK(Amount{example.satoshis}.to_text() == example.text);
}

TEST_CASE("a short amount keeps at least two decimals", "[primitives]") {
    CHECK(Amount{0}.to_short_text() == "0.00");
    CHECK(Amount{50'000'000}.to_short_text() == "0.50");
    CHECK(Amount{1'000}.to_short_text() == "0.00001");
    CHECK(Amount{-1}.to_short_text() == "-0.00000001");
}

TEST_CASE("an amount is read exactly from any decimal form", "[primitives]") {
    struct Example {
        std::string_view text;
        std::int64_t satoshis;
    };
    const auto example = GENERATE(values<Example>({
        {"0", 0},
        {"-0", 0},
        {"0.00000000", 0},
        {"1", 100'000'000},
        {"100", 10'000'000'000},
        {"0.1", 10'000'000},
        {"-0.00000001", -1},
        {"0.000000010", 1},
        {"21000000.00000000", 2'100'000'000'000'000},
        {"20999999.99999999", 2'099'999'999'999'999},
        {"1e-8", 1},
        {"1E-08", 1},
        {"0.1e-7", 1},
        {"0.00000001e0", 1},
        {"1e3", 100'000'000'000},
        {"1.5e+2", 15'000'000'000},
        {"100000000e-16", 1},
        {"0e60", 0},
        {"9999999999.99999999", 999'999'999'999'999'999},
    }));
    CAPTURE(example.text);
    const auto amount = Amount::from_text(example.text);
    REQUIRE(amount);
    CHECK(amount->satoshis() == example.satoshis);
}

TEST_CASE("text that is not an exact amount is refused", "[primitives]") {
    const std::string text = GENERATE("", "-", "--1", "+1", ".", ".5", "1.", "01", "00", "1 ", " 1",
                                      "1.2.3", "1e", "1e+-2", "1e--2", "e5", "0x10", "1,0", "1e-9",
                                      "0.000000001", "0.0000000001", "1e20", "1e999999999999",
                                      "92233720368547758080", "10000000000.00000001", "nan", "inf");
    CAPTURE(text);
    CHECK_FALSE(Amount::from_text(text));
}

TEST_CASE("money is between 0 and 21 million bitcoins", "[primitives]") {
    CHECK(is_money(Amount{0}));
    CHECK(is_money(max_money));
    CHECK_FALSE(is_money(Amount{-1}));
    CHECK_FALSE(is_money(max_money + Amount{1}));
}

TEST_CASE("a fee is rounded up, a rate is rounded down", "[primitives]") {
    CHECK(FeeRate{Amount{1000}}.fee(141) == Amount{141});
    CHECK(FeeRate{Amount{1}}.fee(1) == Amount{1});
    CHECK(FeeRate{Amount{1001}}.fee(999) == Amount{1000});
    CHECK(FeeRate{Amount{0}}.fee(100'000) == Amount{0});
    CHECK(FeeRate::of(Amount{100}, 141).per_kvb == Amount{709});
    CHECK(FeeRate::of(Amount{100}, 0).per_kvb == Amount{0});
}
