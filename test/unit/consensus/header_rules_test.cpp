#include <daler/consensus/header_rules.h>
#include <daler/primitives/chain_params.h>

#include "header_list.h"

#include <test.h>

using namespace daler;
using namespace daler::consensus;
using namespace std::chrono_literals;

namespace {

std::string reason_of(const Verdict& verdict) {
    return verdict ? "valid" : to_text(verdict.error());
}

// The bits after a window of mainnet whose first and last block have these times.
std::uint32_t retargeted(std::uint32_t first_time, std::uint32_t last_time, std::uint32_t bits,
                         std::uint32_t first_bits = 0, ChainParams params = main_params()) {
    BlockHeader first, middle, last;
    first.time = first_time;
    first.bits = first_bits ? first_bits : bits;
    middle.bits = bits;
    last.time = last_time;
    last.bits = bits;
    test::HeaderList chain(first);
    for (int i = 0; i < 2014; ++i)
        chain.push(middle);
    chain.push(last);
    return next_bits(chain, from_unix(last_time + 600), params);
}

// A header that may follow `chain`.
BlockHeader child_of(const HeaderChain& chain, const ChainParams& params) {
    BlockHeader header;
    header.version = 4;
    header.time = chain.header(chain.height()).time + 600;
    header.bits = next_bits(chain, header.block_time(), params);
    return header;
}

}  // namespace

TEST_CASE("retargets of mainnet have their historical results", "[consensus]") {
    // Heights 32255, 0 to 2015, 66527 and 42335 with the times of their windows.
    CHECK(retargeted(1261130161, 1262152739, 0x1d00ffff) == 0x1d00d86a);
    CHECK(retargeted(1231006505, 1233061996, 0x1d00ffff) == 0x1d00ffff);
    CHECK(retargeted(1279008237, 1279297671, 0x1c05a3f4) == 0x1c0168fd);
    CHECK(retargeted(1263163443, 1269211443, 0x1c387f6f) == 0x1d00e1fd);
}

TEST_CASE("a retarget changes the target by a factor of four at most", "[consensus]") {
    constexpr std::uint32_t two_weeks = 14 * 24 * 3600;
    CHECK(retargeted(1000, 1000 + two_weeks, 0x1c080000) == 0x1c080000);
    CHECK(retargeted(1000, 1000 + two_weeks / 4, 0x1c080000) == 0x1c020000);
    CHECK(retargeted(1000, 1000 + two_weeks / 8, 0x1c080000) == 0x1c020000);
    CHECK(retargeted(two_weeks, 1000, 0x1c080000) == 0x1c020000);
    CHECK(retargeted(1000, 1000 + 4 * two_weeks, 0x1c080000) == 0x1c200000);
    CHECK(retargeted(1000, 1000 + 9 * two_weeks, 0x1c080000) == 0x1c200000);
}

TEST_CASE("between two retargets the bits stay", "[consensus]") {
    const auto chain = test::steady_chain(2015, 0x1c080000);
    CHECK(next_bits(chain, from_unix(4'000'000'000), main_params()) == 0x1c080000);
}

TEST_CASE("regtest does not retarget", "[consensus]") {
    const auto chain = test::steady_chain(144, 0x207fffff);
    CHECK(next_bits(chain, from_unix(0), regtest_params()) == 0x207fffff);
}

TEST_CASE("a retarget that does not fit 256 bits ends at the limit", "[consensus]") {
    auto params = regtest_params();
    params.retarget.never = false;
    params.retarget.window = 2016;
    params.retarget.min_difficulty_blocks = false;
    CHECK(retargeted(1000, 4'000'000'000, 0x207fffff, 0, params) == 0x207fffff);
    CHECK(retargeted(1000, 1001, 0x207fffff, 0, params) == 0x201fffff);
}

TEST_CASE("on testnets a block 20 minutes late may have minimum difficulty", "[consensus]") {
    const auto params = test_params();
    const auto chain = test::steady_chain(100, 0x1c080000);
    const auto last = chain.header(99).block_time();
    CHECK(next_bits(chain, last + 1200s, params) == 0x1c080000);
    CHECK(next_bits(chain, last + 1201s, params) == 0x1d00ffff);
}

TEST_CASE("after blocks of minimum difficulty the last other target counts again", "[consensus]") {
    const auto params = test_params();
    auto chain = test::steady_chain(100, 0x1c080000);
    for (int i = 0; i < 3; ++i) {
        chain.grow(1201);
        chain.back().bits = 0x1d00ffff;
    }
    CHECK(next_bits(chain, chain.back().block_time() + 600s, params) == 0x1c080000);

    // The first block of a window ends the search with any bits.
    auto window = test::steady_chain(2016, 0x1c080000);
    for (int i = 0; i < 3; ++i) {
        window.grow(600);
        window.back().bits = 0x1d00ffff;
    }
    CHECK(next_bits(window, window.back().block_time() + 600s, params) == 0x1d00ffff);
}

TEST_CASE("testnet4 retargets from the first block of the window", "[consensus][bip94]") {
    constexpr std::uint32_t two_weeks = 14 * 24 * 3600;
    CHECK(retargeted(1000, 1000 + two_weeks, 0x1d00ffff, 0x1c080000, testnet4_params()) ==
          0x1c080000);
    CHECK(retargeted(1000, 1000 + two_weeks, 0x1d00ffff, 0x1c080000, test_params()) == 0x1d00ffff);
}

TEST_CASE("the first block of a testnet4 window is at most 600 s before its parent",
          "[consensus][bip94]") {
    const auto params = testnet4_params();
    auto chain = test::steady_chain(2016, 0x1d00ffff);
    chain.back().time += 4000;
    BlockHeader header = child_of(chain, params);
    const BlockTime now = header.block_time();
    header.time = chain.back().time - 600;
    header.bits = next_bits(chain, header.block_time(), params);
    CHECK(reason_of(check_header_in_chain(header, chain, now, params)) == "valid");
    --header.time;
    CHECK(reason_of(check_header_in_chain(header, chain, now, params)) == "time-timewarp-attack");
    // Other chains do not have the rule.
    CHECK(reason_of(check_header_in_chain(header, chain, now, test_params())) == "valid");
}

TEST_CASE("a header must have the bits that the rules give", "[consensus]") {
    const auto params = regtest_params();
    const auto chain = test::steady_chain(20, 0x207fffff);
    BlockHeader header = child_of(chain, params);
    CHECK(check_header_in_chain(header, chain, header.block_time(), params));
    header.bits = 0x207ffffe;
    CHECK(reason_of(check_header_in_chain(header, chain, header.block_time(), params)) ==
          "bad-diffbits");
}

TEST_CASE("a block's time is after the median of eleven and at most two hours ahead",
          "[consensus]") {
    const auto params = regtest_params();
    const auto chain = test::steady_chain(20, 0x207fffff);
    const auto median = chain.header(14).block_time();
    REQUIRE(chain.median_time_past(19) == median);
    BlockHeader header = child_of(chain, params);

    header.time = static_cast<std::uint32_t>(unix_seconds(median));
    CHECK(reason_of(check_header_in_chain(header, chain, median, params)) == "time-too-old");
    ++header.time;
    CHECK(reason_of(check_header_in_chain(header, chain, median, params)) == "valid");

    CHECK(reason_of(check_header_in_chain(header, chain, header.block_time() - 2h, params)) ==
          "valid");
    CHECK(reason_of(check_header_in_chain(header, chain, header.block_time() - 2h - 1s, params)) ==
          "time-too-new");
}

TEST_CASE("the minimum version rises with the deployments of main", "[consensus]") {
    struct Example {
        Height height;
        std::int32_t version;
        std::string_view reason;
    };
    const auto example = GENERATE(values<Example>({
        {9, 1, "valid"},
        {10, 1, "bad-version(0x00000001)"},
        {10, 2, "valid"},
        {20, 2, "bad-version(0x00000002)"},
        {20, 3, "valid"},
        {30, 3, "bad-version(0x00000003)"},
        {30, 4, "valid"},
        {30, -1, "bad-version(0xffffffff)"},
        {9, -1, "valid"},
    }));
    auto params = regtest_params();
    params.activation.bip34 = 10;
    params.activation.bip66 = 20;
    params.activation.bip65 = 30;
    const auto chain = test::steady_chain(example.height, 0x207fffff);
    BlockHeader header = child_of(chain, params);
    header.version = example.version;
    CAPTURE(example.height, example.version);
    CHECK(reason_of(check_header_in_chain(header, chain, header.block_time(), params)) ==
          example.reason);
}

TEST_CASE("a header without work is refused", "[consensus]") {
    const auto params = main_params();
    CHECK(check_header(params.genesis->header, params.genesis_hash, params));
    BlockHeader header = params.genesis->header;
    ++header.nonce;
    CHECK(reason_of(check_header(header, header.hash(), params)) == "high-hash");
}

TEST_CASE("the subsidy halves until it is zero", "[consensus]") {
    const auto main = main_params();
    CHECK(block_subsidy(0, main) == Amount{50 * satoshis_per_coin});
    CHECK(block_subsidy(209'999, main) == Amount{50 * satoshis_per_coin});
    CHECK(block_subsidy(210'000, main) == Amount{25 * satoshis_per_coin});
    CHECK(block_subsidy(32 * 210'000, main) == Amount{1});
    CHECK(block_subsidy(33 * 210'000, main) == Amount{0});
    CHECK(block_subsidy(64 * 210'000, main) == Amount{0});
    const auto regtest = regtest_params();
    CHECK(block_subsidy(149, regtest) == Amount{50 * satoshis_per_coin});
    CHECK(block_subsidy(150, regtest) == Amount{25 * satoshis_per_coin});

    // A shift by 64 bits is undefined.
    auto rich = regtest;
    rich.halving_interval = 1;
    rich.initial_subsidy = Amount{std::numeric_limits<std::int64_t>::max()};
    CHECK(block_subsidy(62, rich) == Amount{1});
    for (const Height height : {63, 64, 65, 127, 128, 1'000'000})
        CHECK(block_subsidy(height, rich) == Amount{0});

    Amount total;
    for (Height era = 0; era < 64; ++era)
        total += block_subsidy(era * 210'000, main) * 210'000;
    CHECK(total.satoshis() == 2'099'999'997'690'000);
}
