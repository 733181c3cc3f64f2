#include <test.h>

#include <coins/coin_codec.h>
#include <daler/coins/coin_table.h>
#include <daler/util/random.h>

#include <map>

using namespace daler;
using namespace daler::coins;

namespace {

const std::vector<std::size_t> record_sizes{1,   4,   5,   64,  127,  128,    129,
                                            255, 256, 257, 511, 5000, 10'059, RecordPool::max_size};

OutPoint numbered(std::uint64_t number) {
    OutPoint out;
    out.txid.bytes[0] = 7;
    out.txid.bytes[1] = static_cast<std::uint8_t>(number / 8);
    constexpr std::array<std::uint32_t, 8> indexes{0, 1, 127, 128, 255, 256, 16'511, 16'512};
    out.index = indexes[number % 8];
    return out;
}

}  // namespace

TEST_CASE("pieces of a pool keep what is written into them", "[coins]") {
    RecordPool pool;
    std::vector<RecordPool::Ref> refs;
    for (int round = 0; round < 20; ++round) {
        for (const auto size : record_sizes) {
            refs.push_back(pool.allocate(size));
            CHECK(refs.back() != 0);
            std::fill_n(pool.at(refs.back()), size, static_cast<std::uint8_t>(refs.size()));
        }
    }
    for (std::size_t i = 0; i < refs.size(); ++i) {
        const auto* piece = pool.at(refs[i]);
        const auto size = record_sizes[i % record_sizes.size()];
        REQUIRE(std::all_of(piece, piece + size,
                            [&](auto byte) { return byte == static_cast<std::uint8_t>(i + 1); }));
    }
}

TEST_CASE("a freed piece is used for the next of its size", "[coins]") {
    const auto size = GENERATE(from_range(record_sizes));
    RecordPool pool;
    const auto first = pool.allocate(size);
    const auto second = pool.allocate(size);
    const auto before = pool.memory_usage();
    pool.release(first, size);
    pool.release(second, size);
    CHECK(pool.allocate(size) == second);
    CHECK(pool.allocate(size) == first);
    CHECK(pool.memory_usage() == before);
}

TEST_CASE("the key of a coin is its prefix, its txid and its index as a varint", "[coins]") {
    for (const std::uint32_t index : {0u, 127u, 128u, 16'511u, 16'512u, 2'113'663u, 2'113'664u,
                                      270'549'119u, 270'549'120u, 0xffff'ffffu}) {
        OutPoint where;
        where.txid.bytes.fill(0xab);
        where.index = index;
        ByteWriter expected;
        expected.u8('C');
        expected.bytes(where.txid.bytes);
        write_varint(expected, index);
        CHECK(std::ranges::equal(ByteSpan(CoinKey(where)), expected.view()));
    }
}

TEST_CASE("a segment holds what a plain map holds", "[coins]") {
    const auto seed = GENERATE(range(1u, 6u));
    Random random(seed);
    const OutPointHasher hasher;
    CoinSegment segment;
    std::map<OutPoint, Bytes> model;
    const auto compare = [&](const OutPoint& where) {
        const auto* record = segment.find({where, hasher});
        const auto found = model.find(where);
        REQUIRE((record != nullptr) == (found != model.end()));
        if (record) REQUIRE(std::ranges::equal(record->value(), found->second));
    };
    for (int step = 0; step < 20'000; ++step) {
        const auto where = numbered(random.below(600));
        const CoinPlace place(where, hasher);
        switch (random.below(4)) {
            case 0:
            case 1: {
                const Bytes value(random.below(300), static_cast<std::uint8_t>(step));
                segment.put(place, value, CoinRecord::dirty);
                model[where] = value;
                break;
            }
            case 2:
                segment.erase(place);
                model.erase(where);
                break;
            default:
                compare(where);
        }
    }
    for (std::uint64_t i = 0; i < 600; ++i)
        compare(numbered(i));
    CHECK(segment.changes().size() == model.size());
}

TEST_CASE("the changes of a segment come in the order of their keys", "[coins]") {
    const OutPointHasher hasher;
    CoinSegment segment;
    for (std::uint64_t i = 0; i < 500; ++i)
        segment.put({numbered(i), hasher}, {}, i % 3 == 0 ? 0 : CoinRecord::dirty);
    const auto changes = segment.changes();
    CHECK(changes.size() == 333);
    CHECK(std::ranges::is_sorted(changes, [](const auto& a, const auto& b) {
        return std::ranges::lexicographical_compare(a.record->key(), b.record->key());
    }));
}

TEST_CASE("written records are clean, and spent ones are removed", "[coins]") {
    const OutPointHasher hasher;
    CoinSegment segment;
    constexpr std::uint64_t count = 400;
    const Bytes value(30, 1);
    for (std::uint64_t i = 0; i < count; ++i) {
        const bool gone = i % 3 == 0;
        segment.put({numbered(i), hasher}, gone ? ByteSpan() : value,
                    static_cast<std::uint8_t>(CoinRecord::dirty | (gone ? CoinRecord::spent : 0)));
    }
    segment.settle();
    CHECK(segment.changes().empty());
    for (std::uint64_t i = 0; i < count; ++i)
        CHECK((segment.find({numbered(i), hasher}) != nullptr) == (i % 3 != 0));

    CoinSegment newer;
    newer.put({numbered(1), hasher}, {}, CoinRecord::dirty | CoinRecord::spent);
    newer.put({numbered(3), hasher}, value, CoinRecord::dirty);
    segment.absorb(newer);
    CHECK(segment.changes().size() == 2);
    CHECK(segment.find({numbered(1), hasher})->has(CoinRecord::spent));
    CHECK(segment.find({numbered(2), hasher})->flags == 0);
}
