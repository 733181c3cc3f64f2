#include <daler/primitives/packed_transaction.h>

#include <test.h>

using namespace daler;

namespace {

TransactionRef example(bool with_witness, std::size_t inputs = 3) {
    Transaction tx;
    tx.version = 3;
    tx.lock_time = 77;
    for (std::size_t i = 0; i < inputs; ++i) {
        TxInput input;
        input.prevout = {Txid{crypto::sha256d(as_bytes("parent"))}, static_cast<std::uint32_t>(i)};
        input.script_sig = Script(Bytes(i * 100, 9));
        if (with_witness) input.witness = {Bytes(70 + i, 1), Bytes(33, 2), {}};
        tx.inputs.push_back(input);
    }
    tx.outputs = {{Amount{5}, Script(Bytes(40, 0x6a))}, {Amount{1}, Script()}};
    return seal(std::move(tx));
}

std::vector<OutPoint> prevouts_of(const PackedTransaction& packed) {
    std::vector<OutPoint> found;
    packed.visit_prevouts(
        [&](std::uint32_t position) { found.push_back(packed.prevout_at(position)); });
    return found;
}

}  // namespace

TEST_CASE("a packed transaction unpacks to the same transaction", "[primitives]") {
    const auto tx = example(GENERATE(false, true), GENERATE(1u, 3u, 300u));
    const PackedTransaction packed(*tx);
    const auto again = packed.unpack();
    CHECK(*again == *tx);
    CHECK(again->txid == tx->txid);
    CHECK(again->wtxid == tx->wtxid);
    CHECK(again->total_size == tx->total_size);
    CHECK(again->stripped_size == tx->stripped_size);
}

TEST_CASE("what a packed transaction tells without unpacking", "[primitives]") {
    const bool with_witness = GENERATE(false, true);
    const auto tx = example(with_witness, GENERATE(1u, 3u, 300u));
    const PackedTransaction packed(*tx);
    CHECK(packed.txid() == tx->txid);
    CHECK(packed.wtxid() == tx->wtxid);
    CHECK(packed.weight() == tx->weight());
    CHECK(packed.version() == 3);
    CHECK(packed.lock_time() == 77);
    const Bytes encoded = encode(*tx);
    CHECK(std::ranges::equal(packed.bytes(), encoded));

    const auto prevouts = prevouts_of(packed);
    REQUIRE(prevouts.size() == tx->inputs.size());
    for (std::size_t i = 0; i < prevouts.size(); ++i)
        CHECK(prevouts[i] == tx->inputs[i].prevout);
    CHECK(packed.heap_usage() == encoded.size() + (with_witness ? 72 : 40));
}
