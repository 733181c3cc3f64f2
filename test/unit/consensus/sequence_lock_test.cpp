#include <daler/consensus/sequence_lock.h>

#include <test.h>

using namespace daler;
using namespace daler::consensus;
using namespace std::chrono_literals;

namespace {

constexpr BlockTime coin_time = from_unix(1'600'000'000);
constexpr CoinAge coin{100, coin_time};

Transaction spend_with_sequence(std::uint32_t sequence, std::uint32_t version = 2) {
    Transaction tx;
    tx.version = version;
    tx.inputs.resize(1);
    tx.inputs[0].sequence = sequence;
    return tx;
}

}  // namespace

TEST_CASE("a relative lock counts blocks or 512-second steps", "[consensus][bip68]") {
    struct Example {
        std::string_view name;
        std::uint32_t sequence;
        SequenceLock expected;
    };
    const auto example = GENERATE(values<Example>({
        {"zero delay allows the coin's own block", 0x00000000, {100, {}}},
        {"ten blocks", 0x0000000a, {110, {}}},
        {"the largest delay", 0x0000ffff, {100 + 65535, {}}},
        {"bits without meaning", 0x7fbf000a, {110, {}}},
        {"one time step", 0x00400001, {0, coin_time + 512s}},
        {"the largest time", 0x0040ffff, {0, coin_time + 65535 * 512s}},
        {"the disable bit wins over everything", 0x80400001, {0, {}}},
    }));
    CAPTURE(example.name);
    CHECK(sequence_lock(spend_with_sequence(example.sequence), {&coin, 1}) == example.expected);
}

TEST_CASE("relative locks begin with version 2, which is unsigned", "[consensus][bip68]") {
    CHECK(sequence_lock(spend_with_sequence(10, 1), {&coin, 1}) == SequenceLock{});
    CHECK(sequence_lock(spend_with_sequence(10, 0xffffffff), {&coin, 1}) == SequenceLock{110, {}});
}

TEST_CASE("the latest of all inputs decides", "[consensus][bip68]") {
    Transaction tx = spend_with_sequence(10);
    tx.inputs.resize(3);
    tx.inputs[1].sequence = 5;
    tx.inputs[2].sequence = 0x00400002;
    const std::array coins{coin, CoinAge{200, coin_time}, CoinAge{1, coin_time}};
    CHECK(sequence_lock(tx, coins) == SequenceLock{205, coin_time + 1024s});
}

TEST_CASE("a lock opens at its height, not one block later", "[consensus][bip68]") {
    const SequenceLock lock{110, {}};
    const auto too_early = check_sequence_lock(lock, 109, coin_time);
    REQUIRE_FALSE(too_early);
    CHECK(code(too_early.error().reason) == "bad-txns-nonfinal");
    CHECK(check_sequence_lock(lock, 110, coin_time));
}

TEST_CASE("a lock opens when the median time reaches it", "[consensus][bip68]") {
    const SequenceLock lock{0, coin_time};
    CHECK_FALSE(check_sequence_lock(lock, 1, coin_time - 1s));
    CHECK(check_sequence_lock(lock, 1, coin_time));
}

TEST_CASE("old median times are needed only for locks in seconds", "[consensus][bip68]") {
    CHECK(needs_median_times(spend_with_sequence(0x00400001)));
    CHECK_FALSE(needs_median_times(spend_with_sequence(0x00000001)));
    CHECK_FALSE(needs_median_times(spend_with_sequence(0x80400001)));
    CHECK_FALSE(needs_median_times(spend_with_sequence(0x00400001, 1)));
}
