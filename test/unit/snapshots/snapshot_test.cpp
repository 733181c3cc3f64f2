#include <daler/snapshots/snapshot.h>

#include <daler/crypto/hash.h>

#include <test.h>

using namespace daler;
using namespace daler::snapshots;

namespace {

template <class Hash>
Hash hash_of(std::string_view text) {
    return Hash{crypto::sha256d(as_bytes(text))};
}

TransactionRef some_transaction() {
    Transaction tx;
    tx.inputs.resize(1);
    tx.outputs.push_back({Amount{5}, Script(Bytes{0x51})});
    return seal(std::move(tx));
}

Snapshot example() {
    Snapshot out;
    out.summary = {.name = {},
                   .number = 7,
                   .created = from_unix(1'700'000'000),
                   .height = 120,
                   .tip = hash_of<BlockHash>("tip")};
    out.clock = {.mock = 1, .offset = -2, .stopped = 3};
    out.auto_mining = {
        .when = *mining::AutoMineEvents::parse("tx,30s"), .address = "an address", .threads = 2};
    out.chain.tip = out.summary.tip;
    const auto tx = some_transaction();
    out.mempool.transactions = {
        {tx, from_unix(5), Amount{6}, mempool::SavedMempool::Entry{119, from_unix(9), true}},
        {tx, from_unix(6), Amount{0}, std::nullopt}};
    out.mempool.fee_deltas[hash_of<Txid>("absent")] = Amount{8};
    out.mempool.unbroadcast = {tx->txid};
    out.mempool.fee_statistics = fees::Estimator().encode_compact();
    out.fee_estimates.set(6, FeeRate{Amount{1234}});
    out.wallets.emplace();
    out.wallets->wallets = {{.name = "a",
                             .file = Bytes(1000, 4),
                             .was_open = true,
                             .locked_coins = {{hash_of<Txid>("coin"), 3}},
                             .displaced = {hash_of<Txid>("payment")}},
                            {.name = "", .file = {}}};
    out.wallets->load_on_startup = {"a", ""};
    return out;
}

}  // namespace

TEST_CASE("a snapshot is read as it was written", "[snapshots]") {
    auto snapshot = example();
    if (GENERATE(false, true)) snapshot.wallets.reset();
    const auto bytes = encode(snapshot);
    const auto read = decode_snapshot(bytes);
    REQUIRE(read);
    CHECK(read->summary == snapshot.summary);
    CHECK(read->clock == snapshot.clock);
    CHECK(read->auto_mining == snapshot.auto_mining);
    CHECK(read->chain == snapshot.chain);
    CHECK(read->fee_estimates == snapshot.fee_estimates);
    CHECK(read->wallets == snapshot.wallets);
    REQUIRE(read->mempool.transactions.size() == 2);
    REQUIRE(read->mempool.transactions[0].entry);
    CHECK(read->mempool.transactions[0].entry->height == 119);
    CHECK(read->mempool.transactions[0].entry->time == from_unix(9));
    CHECK(read->mempool.transactions[0].entry->is_counted);
    CHECK(read->mempool.fee_statistics == snapshot.mempool.fee_statistics);
    CHECK_FALSE(read->mempool.transactions[1].entry);
    CHECK(read->mempool.fee_deltas == snapshot.mempool.fee_deltas);
    CHECK(read->mempool.unbroadcast == snapshot.mempool.unbroadcast);
    CHECK(*decode_summary(ByteSpan(bytes).first(summary_size)) == snapshot.summary);
}

TEST_CASE("a damaged snapshot is refused", "[snapshots]") {
    const auto bytes = encode(example());
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_FALSE(decode_snapshot(ByteSpan(bytes).first(size)));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto damaged = bytes;
        damaged[i] ^= 0x40;
        CHECK_FALSE(decode_snapshot(damaged));
    }
    CHECK_FALSE(decode_summary(ByteSpan(bytes).first(summary_size - 1)));
}

TEST_CASE("a size beyond the file takes no memory", "[snapshots]") {
    // The checksum is right; the texts, files and counts are announced larger than they are.
    const auto bytes = encode(example());
    for (std::size_t at = summary_size; at + 12 <= bytes.size(); ++at) {
        Bytes huge(bytes.begin(), bytes.end() - 4);
        std::fill_n(huge.begin() + static_cast<std::ptrdiff_t>(at), 8, std::uint8_t{0xff});
        ByteWriter writer;
        writer.bytes(huge);
        writer.u32(crypto::crc32c(huge));
        (void)decode_snapshot(writer.view());
    }
}
