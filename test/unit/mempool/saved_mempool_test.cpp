#include "fixture.h"

#include <daler/mempool/saved_mempool.h>

#include <test.h>

using namespace daler;
using namespace daler::test;

namespace {

using Key = std::array<std::uint8_t, 8>;

mempool::SavedMempool example() {
    Fixture f;
    const auto chain = f.add_chain(2);
    f.pool.prioritise(chain[0]->txid, Amount{-12});
    f.pool.prioritise(Txid{crypto::sha256d(as_bytes("absent"))}, Amount{34});
    f.pool.add_unbroadcast(chain[1]->txid);
    return f.pool.saved();
}

void check_equal(const mempool::SavedMempool& a, const mempool::SavedMempool& b) {
    REQUIRE(a.transactions.size() == b.transactions.size());
    for (std::size_t i = 0; i < a.transactions.size(); ++i) {
        CHECK(a.transactions[i].tx->wtxid == b.transactions[i].tx->wtxid);
        CHECK(a.transactions[i].time == b.transactions[i].time);
        CHECK(a.transactions[i].fee_delta == b.transactions[i].fee_delta);
    }
    CHECK(a.fee_deltas == b.fee_deltas);
    CHECK(a.unbroadcast == b.unbroadcast);
}

}  // namespace

TEST_CASE("the whole pool is saved, parents first", "[mempool]") {
    const auto saved = example();
    REQUIRE(saved.transactions.size() == 2);
    CHECK(saved.transactions[1].tx->inputs[0].prevout.txid == saved.transactions[0].tx->txid);
    CHECK(saved.transactions[0].fee_delta == Amount{-12});
    CHECK(saved.transactions[0].time == start_time);
    CHECK(saved.fee_deltas.size() == 1);
    CHECK(saved.unbroadcast.size() == 1);
}

TEST_CASE("a saved mempool is read as it was written, with any key", "[mempool]") {
    const Key key = GENERATE(Key{}, Key{1, 2, 3, 4, 5, 6, 7, 8});
    const auto saved = example();
    const auto read = mempool::decode_saved(encode_saved(saved, key));
    REQUIRE(read);
    check_equal(saved, *read);
}

TEST_CASE("the key repeats from the first byte of the file", "[mempool]") {
    const mempool::SavedMempool empty;
    const auto plain = encode_saved(empty, Key{});
    const auto keyed = encode_saved(empty, Key{1, 2, 3, 4, 5, 6, 7, 8});
    // Version, size of the key, key: 17 bytes.
    REQUIRE(plain.size() == 17 + 8 + 1 + 1);
    CHECK(keyed[0] == 2);
    CHECK(keyed[8] == 8);
    CHECK(keyed[17] == (plain[17] ^ 2));
    CHECK(keyed[24] == (plain[24] ^ 1));
}

TEST_CASE("version 1 has no key", "[mempool]") {
    const auto saved = example();
    const Bytes current = encode_saved(saved, Key{});
    Bytes old(current.begin(), current.begin() + 8);
    old[0] = 1;
    old.insert(old.end(), current.begin() + 17, current.end());
    CHECK(mempool::encode_saved_version_1(saved) == old);
    const auto read = mempool::decode_saved(old);
    REQUIRE(read);
    check_equal(saved, *read);
}

TEST_CASE("a damaged file is refused and never crashes", "[mempool]") {
    const Bytes bytes = encode_saved(example(), Key{});
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_FALSE(mempool::decode_saved(ByteSpan(bytes).first(size)));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        Bytes flipped = bytes;
        flipped[i] ^= 0x80;
        (void)mempool::decode_saved(flipped);
    }
    Bytes version = bytes;
    version[0] = 3;
    CHECK(mempool::decode_saved(version).error() == DecodeError::invalid);
    Bytes huge = bytes;
    huge[20] = 0xff;
    CHECK(mempool::decode_saved(huge).error() == DecodeError::truncated);
}
