#include "market.h"

#include <test.h>

#include <bit>
#include <limits>

using namespace daler;
using namespace daler::fees;
using namespace daler::fees::test;

namespace {

Market busy_market() {
    Market market;
    market.run(300, {3, 20, 50}, 20);
    market.run(50, {3, 20, 50}, 1);
    market.run(20, {3, 20, 50}, 50);
    return market;
}

void put(Bytes& bytes, std::size_t offset, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
        bytes[offset + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

// Places in the file: three numbers, two heights, the buckets, the statistics.
constexpr std::size_t version_at = 0, best_at = 8, first_at = 12, last_at = 16, buckets_at = 20,
                      decay_at = buckets_at + 1 + 8 * 190, scale_at = decay_at + 8,
                      average_at = scale_at + 4 + 1;

}  // namespace

TEST_CASE("fee_estimates.dat has what was learned from blocks", "[fees]") {
    auto market = busy_market();
    market.drop_all();
    const auto bytes = market.estimator.encode();
    CHECK(bytes.size() == 247'985);  // as Bitcoin Core's
    const auto read = Estimator::decode(bytes);
    REQUIRE(read);
    CHECK(answers(*read) == answers(market.estimator));
    CHECK(read->encode() == bytes);
}

TEST_CASE("fee_estimates.dat that cannot be right is refused", "[fees]") {
    struct Example {
        std::string_view name;
        std::size_t offset;
        std::uint64_t value;
        std::size_t size;
    };
    const auto example = GENERATE(values<Example>(
        {{"a later version", version_at, 309900, 4},
         {"an earlier version", version_at, 149899, 4},
         {"history after the last block", last_at, 10'000, 4},
         {"history that ends before it begins", first_at, 9'999, 4},
         {"a height below zero", best_at, 0xffffffff, 4},
         {"other buckets", buckets_at + 1, std::bit_cast<std::uint64_t>(100.0), 8},
         {"no buckets", buckets_at, 0, 1},
         {"another decay", decay_at, std::bit_cast<std::uint64_t>(.5), 8},
         {"another scale", scale_at, 3, 4},
         {"a negative average", average_at, std::bit_cast<std::uint64_t>(-1.0), 8},
         {"no number", average_at,
          std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN()), 8},
         {"an infinite number", average_at,
          std::bit_cast<std::uint64_t>(std::numeric_limits<double>::infinity()), 8}}));
    CAPTURE(example.name);
    auto bytes = busy_market().estimator.encode();
    REQUIRE(Estimator::decode(bytes));
    put(bytes, example.offset, example.value, example.size);
    CHECK_FALSE(Estimator::decode(bytes));
}

TEST_CASE("a file that ends in the middle is refused", "[fees]") {
    const auto bytes = Estimator().encode();
    for (std::size_t size = 0; size < bytes.size(); size += size < 100 ? 1 : 4999)
        CHECK_FALSE(Estimator::decode(ByteSpan(bytes).first(size)));
}

TEST_CASE("the blocks of the last run count until this one has half as many", "[fees]") {
    Market market;
    market.run(101, {20}, 1);
    auto read = Estimator::decode(market.estimator.encode());
    REQUIRE(read);
    market.estimator = std::move(*read);
    CHECK(market.estimator.estimate(1008, false).target == 50);
    market.run(40, {20}, 1);
    CHECK(market.estimator.estimate(1008, false).target == 50);
    read = Estimator::decode(market.estimator.encode());
    CHECK(read->estimate(1008, false).target == 50);
    market.run(80, {20}, 1);
    CHECK(market.estimator.estimate(1008, false).target == 59);
    read = Estimator::decode(market.estimator.encode());
    CHECK(read->estimate(1008, false).target == 59);
}

TEST_CASE("the compact form and the waiting transactions are the whole estimator", "[fees]") {
    auto market = busy_market();
    const auto before = answers(market.estimator);
    const auto bytes = market.estimator.encode_compact();
    CHECK(bytes.size() < market.estimator.encode().size() / 20);
    auto read = Estimator::decode_compact(bytes);
    REQUIRE(read);
    read->count_again(market.waiting);
    CHECK(answers(*read) == before);

    auto other = busy_market();
    other.estimator = std::move(*read);
    for (auto* each : {&market, &other}) {
        each->run(30, {2, 40}, 20);
        each->drop_all();
    }
    CHECK(answers(other.estimator) == answers(market.estimator));
}

TEST_CASE("a damaged compact form is refused", "[fees]") {
    const auto bytes = busy_market().estimator.encode_compact();
    for (std::size_t size = 0; size < bytes.size(); size += size < 100 ? 1 : 97)
        CHECK_FALSE(Estimator::decode_compact(ByteSpan(bytes).first(size)));
    auto longer = bytes;
    longer.push_back(0);
    CHECK_FALSE(Estimator::decode_compact(longer));
    auto heights = bytes;
    put(heights, 4, 10'000, 4);
    CHECK_FALSE(Estimator::decode_compact(heights));
    auto bucket = Estimator().encode_compact();
    bucket.resize(16);
    bucket.insert(bucket.end(), {1, 190, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f});
    bucket.resize(2000);
    CHECK_FALSE(Estimator::decode_compact(bucket));
}
