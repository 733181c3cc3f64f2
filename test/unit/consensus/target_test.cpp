#include <daler/consensus/header_rules.h>
#include <daler/primitives/chain_params.h>

#include <test.h>

using namespace daler;
using namespace daler::consensus;

namespace {

U256 number(std::string_view hex) {
    return U256::from_hex(hex).value();
}

}  // namespace

TEST_CASE("the compact form expands to its number and back", "[consensus]") {
    struct Example {
        std::uint32_t bits;
        std::string_view value;
        std::uint32_t back;
    };
    const auto example = GENERATE(values<Example>({
        {0x00000000, "0", 0},
        {0x00123456, "0", 0},
        {0x01003456, "0", 0},
        {0x01123456, "12", 0x01120000},
        {0x02000056, "0", 0},
        {0x02123456, "1234", 0x02123400},
        {0x03123456, "123456", 0x03123456},
        {0x04123456, "12345600", 0x04123456},
        {0x04000012, "1200", 0x02120000},
        {0x02008000, "80", 0x02008000},
        {0x05009234, "92340000", 0x05009234},
        {0x1d00ffff, "ffff0000000000000000000000000000000000000000000000000000", 0x1d00ffff},
        {0x207fffff, "7fffff0000000000000000000000000000000000000000000000000000000000",
         0x207fffff},
        {0x20123456, "1234560000000000000000000000000000000000000000000000000000000000",
         0x20123456},
    }));
    CAPTURE(example.bits);
    CHECK(expand_bits(example.bits) == number(example.value));
    CHECK(bits_from_target(number(example.value)) == example.back);
}

TEST_CASE("negative, zero and overflowing bits are not a target", "[consensus]") {
    const U256 limit = number(std::string(64, 'f'));
    const auto bits = GENERATE(as<std::uint32_t>{}, 0x04923456, 0x01fedcba, 0x00000000, 0x01003456,
                               0xff123456, 0x23000001, 0x22000100, 0x21010000);
    CAPTURE(bits);
    CHECK_FALSE(target_from_bits(bits, limit));
    CHECK(work_of(bits).is_zero());
}

TEST_CASE("the largest exponents hold the smallest mantissas", "[consensus]") {
    const U256 limit = number(std::string(64, 'f'));
    const auto bits = GENERATE(as<std::uint32_t>{}, 0x22000001, 0x210000ff, 0x2000ffff);
    CHECK(target_from_bits(bits, limit));
}

TEST_CASE("a target is at most the chain's limit", "[consensus]") {
    const auto limit = main_params().pow_limit;
    CHECK(target_from_bits(0x1d00ffff, limit));
    CHECK_FALSE(target_from_bits(0x1d010000, limit));
    CHECK(target_from_bits(0x207fffff, regtest_params().pow_limit));
    CHECK_FALSE(target_from_bits(0x21008000, regtest_params().pow_limit));
}

TEST_CASE("work is the expected number of hashes", "[consensus]") {
    CHECK(work_of(0x1d00ffff) == number("100010001"));
    CHECK(work_of(0x207fffff) == U256{2});
    CHECK(work_of(0x03000001) == (U256{1} << 255));
}

TEST_CASE("blocks are free where the target stays easy and nobody signs", "[consensus]") {
    auto params = regtest_params();
    CHECK(blocks_are_free(params));
    params.retarget.never = false;
    CHECK_FALSE(blocks_are_free(params));
    params.retarget.never = true;
    params.signet_challenge = {0x51};
    CHECK_FALSE(blocks_are_free(params));
    CHECK_FALSE(blocks_are_free(main_params()));
    auto hard = main_params();
    hard.retarget.never = true;
    CHECK_FALSE(blocks_are_free(hard));
}

TEST_CASE("difficulty is the ratio to the easiest target of mainnet", "[consensus]") {
    CHECK(difficulty(0x1d00ffff) == 1.0);
    CHECK(difficulty(0x207fffff) == Approx(4.656542373906925e-10).epsilon(1e-15));
    CHECK(difficulty(0x1b0404cb) == Approx(16307.420938523983).epsilon(1e-15));
    CHECK(difficulty(0) == 0);
}

TEST_CASE("a hash meets its target when it is not above it", "[consensus]") {
    const auto params = regtest_params();
    const U256 target = expand_bits(0x207fffff);
    CHECK(has_proof_of_work({target.to_little_endian()}, 0x207fffff, params));
    CHECK_FALSE(has_proof_of_work({(target + U256{1}).to_little_endian()}, 0x207fffff, params));
    CHECK_FALSE(has_proof_of_work({}, 0x21008000, params));
    CHECK_FALSE(has_proof_of_work({}, 0, params));
}
