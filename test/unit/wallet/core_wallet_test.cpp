#include <daler/encoding/hex.h>
#include <daler/wallet/core_wallet.h>

#include <test.h>

#include "fake_node.h"
#include "wallet/core_conversion.h"
#include "wallet/core_file.h"

using namespace daler;
using namespace daler::wallet;
using namespace daler::wallet::test;
using storage::real_file_system;

namespace {

/// A closed wallet file with records of all kinds.
std::filesystem::path full_wallet(Bench& bench, bool encrypted) {
    {
        const auto wallet = bench.create("full", {.avoid_reuse = true});
        bench.node.mine(address(*wallet));
        bench.node.mine_many(100);
        send(*wallet, address(*wallet), coins(1));
        bench.node.mine();
        wallet->lock_coin(wallet->history().coins().front().outpoint, true);
        if (encrypted) wallet->encrypt(KeyVault::create(as_bytes("passphrase")));
    }
    bench.node.wallet = nullptr;
    return bench.file("full");
}

std::vector<CoreRow> rows_of(const std::filesystem::path& file, const ChainParams& params) {
    const auto store = Store::open(real_file_system(), file, params);
    return write_core_records(to_core(load_whole(*store), params));
}

void write_bytes(const std::filesystem::path& file, ByteSpan bytes) {
    storage::write_atomically(real_file_system(), file, bytes);
}

/// The error of importing a file with these rows.
std::string import_error(Bench& bench, std::span<const CoreRow> rows) {
    const auto file = bench.file("core");
    write_bytes(file, core_file_of(rows, bench.node.params()));
    const auto moved = import_core_wallet(file, bench.file("imported"), bench.node.params());
    CHECK_FALSE(std::filesystem::exists(bench.file("imported")));
    return moved ? "" : moved.error();
}

Bytes core_key(std::string_view kind) {
    ByteWriter out;
    out.sized_bytes(as_bytes(kind));
    return out.take();
}

/// The rows of a wallet, one of which has another value.
std::vector<CoreRow> with_value(std::vector<CoreRow> rows, std::string_view kind, Bytes value) {
    for (auto& row : rows)
        if (row.key == core_key(kind)) row.value = value;
    return rows;
}

}  // namespace

TEST_CASE("a wallet moves to Bitcoin Core's format and back with all its records", "[wallet]") {
    const bool encrypted = GENERATE(false, true);
    Bench bench;
    const auto file = full_wallet(bench, encrypted);
    const auto& params = bench.node.params();
    const auto core = bench.file("core"), back = bench.file("back");
    const auto exported = export_core_wallet(file, core, params);
    REQUIRE(exported);
    CHECK(exported->is_encrypted == encrypted);
    CHECK(exported->descriptors == (encrypted ? 16 : 8));
    CHECK(exported->transactions == 2);
    const auto imported = import_core_wallet(core, back, params);
    REQUIRE(imported);
    CHECK(imported->left_out.empty());
    CHECK(rows_of(back, params) == rows_of(file, params));

    const auto before = load_whole(*Store::open(real_file_system(), file, params));
    const auto after = load_whole(*Store::open(real_file_system(), back, params));
    CHECK(after.flags == before.flags);
    CHECK(after.locator == before.locator);
    CHECK(after.labels == before.labels);
    CHECK(after.locked_coins == before.locked_coins);
    CHECK(after.master_keys == before.master_keys);
    CHECK(after.sealed_keys.size() == before.sealed_keys.size());
    CHECK(after.active.size() == before.active.size());
    for (std::size_t i = 0; i < before.transactions.size(); ++i) {
        CHECK(after.transactions[i].tx->wtxid == before.transactions[i].tx->wtxid);
        CHECK(after.transactions[i].record.time == before.transactions[i].record.time);
        CHECK(after.transactions[i].record.order == before.transactions[i].record.order);
        CHECK(after.transactions[i].record.height == unknown_height);
    }
}

TEST_CASE("an imported wallet finds the blocks of its transactions when it is opened", "[wallet]") {
    Bench bench;
    const auto file = full_wallet(bench, false);
    const auto& params = bench.node.params();
    REQUIRE(export_core_wallet(file, bench.file("core"), params));
    auto rows = rows_of(file, params);
    const bool has_unknown_block = GENERATE(false, true);
    CAPTURE(has_unknown_block);
    if (has_unknown_block) {
        auto records = read_core_records(rows);
        REQUIRE(records);
        for (auto& [txid, record] : records->transactions)
            record.block.bytes[0] ^= 1;
        rows = write_core_records(*records);
    }
    write_bytes(bench.file("changed"), core_file_of(rows, params));
    REQUIRE(import_core_wallet(bench.file("changed"), bench.file("imported"), params));
    const auto original = bench.load("full");
    const auto imported = Wallet::open(bench.context(), "imported", bench.file("imported"));
    for (const auto& record : original->history().records()) {
        const auto* found = imported->history().find(record.txid);
        REQUIRE(found);
        if (!has_unknown_block) {
            CHECK(found->status == TxStatus::confirmed);
            CHECK(found->height == record.height);
            continue;
        }
        CHECK(found->status == TxStatus::inactive);
        CHECK(found->abandoned);  // a coinbase without a block, and what spends from it
        CHECK(found->height == 0);
    }
}

TEST_CASE("a private key is written as Bitcoin Core writes it", "[wallet]") {
    // From a wallet that Bitcoin Knots 29 made on regtest.
    const auto der = from_hex(
        "3081d302010104207daf88cc56a9fe0cf06e61e1364266dfae439704253eff30be6733105ebca90b"
        "a08185308182020101302c06072a8648ce3d0101022100ffffffffffffffffffffffffffffffffff"
        "fffffffffffffffffffffefffffc2f300604010004010704210279be667ef9dcbbac55a06295ce87"
        "0b07029bfcdb2dce28d959f2815b16f81798022100fffffffffffffffffffffffffffffffebaaedc"
        "e6af48a03bbfd25e8cd0364141020101a124032200024c06d57fbc0e5e3b9d9e01ba5d4f5b9c2e98"
        "b87ac0c91daef153b05db4fdc405");
    REQUIRE(der);
    const auto key = private_key_from_der(*der);
    REQUIRE(key);
    CHECK(private_key_to_der(*key, true) == *der);
    const auto uncompressed = private_key_to_der(*key, false);
    CHECK(uncompressed.size() == 279);
    const auto again = private_key_from_der(uncompressed);
    REQUIRE(again);
    CHECK(again->public_key() == key->public_key());
    for (std::size_t size = 0; size < der->size(); ++size)
        CHECK_FALSE(private_key_from_der(ByteSpan(*der).first(size)));
}

TEST_CASE("records that are damaged or not understood are refused", "[wallet]") {
    Bench bench;
    const auto rows = rows_of(full_wallet(bench, false), bench.node.params());
    struct Example {
        std::string_view kind, value, error;
    };
    const auto example = GENERATE(values<Example>({
        {"flags", "0000000000000000", "it is a legacy wallet"},
        {"flags", "000000000c000000", "its keys are on an external signer"},
        {"flags", "0000000014000000", "it has properties that daler does not know: 0x1000000000"},
        {"flags", "00000000", "a record of the kind \"flags\" is damaged"},
        {"minversion", "ad970200", "it needs a newer program: its version is 169901"},
        {"bestblock", "8011010002", "a record of the kind \"bestblock\" is damaged"},
    }));
    CAPTURE(example.kind, example.value);
    const auto changed = with_value(rows, example.kind, *from_hex(example.value));
    CHECK(import_error(bench, changed).find(example.error) != std::string::npos);
}

TEST_CASE("a changed key or descriptor of a foreign file is noticed", "[wallet]") {
    Bench bench;
    auto rows = rows_of(full_wallet(bench, false), bench.node.params());
    const std::string kind = GENERATE("walletdescriptorkey", "walletdescriptor", "tx");
    CAPTURE(kind);
    const auto start = core_key(kind);
    const auto found = std::ranges::find_if(rows, [&](const CoreRow& row) {
        return row.key.size() > start.size() &&
               std::equal(start.begin(), start.end(), row.key.begin());
    });
    REQUIRE(found != rows.end());
    found->value[20] ^= 1;
    CHECK_FALSE(import_error(bench, rows).empty());
}

TEST_CASE("a master key of another kind is refused", "[wallet]") {
    Bench bench;
    const auto rows = rows_of(full_wallet(bench, true), bench.node.params());
    auto records = read_core_records(rows);
    REQUIRE(records);
    auto& master = records->master_keys.begin()->second;
    SECTION("method") {
        master.method = 1;
    }
    SECTION("no rounds") {
        master.rounds = 0;
    }
    SECTION("too many rounds") {
        master.rounds = max_rounds + 1;
    }
    CHECK(import_error(bench, write_core_records(*records)).find("master key is of an unknown") !=
          std::string::npos);
}

TEST_CASE("a range that is too long is refused", "[wallet]") {
    Bench bench;
    auto records = read_core_records(rows_of(full_wallet(bench, false), bench.node.params()));
    REQUIRE(records);
    LeftOut left_out;
    auto& range_end = records->descriptors.begin()->second.range_end;
    range_end = max_core_range;
    CHECK(from_core(*records, bench.node.params(), left_out));
    ++range_end;
    const auto refused = from_core(*records, bench.node.params(), left_out);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().ends_with("is damaged"));
}

TEST_CASE("files of other kinds are named", "[wallet]") {
    Bench bench;
    const auto file = bench.file("foreign");
    const auto error = [&] {
        const auto moved = import_core_wallet(file, bench.file("imported"), bench.node.params());
        return moved ? "" : moved.error();
    };
    CHECK(error().find("does not exist") != std::string::npos);
    write_bytes(file, *from_hex("000000000000000000000000623105000900000000100000"));
    CHECK(error().find("Berkeley DB") != std::string::npos);
    write_bytes(file, as_bytes("no database, but a text of more than a hundred bytes, so that it "
                               "is long enough for the header of one: "));
    CHECK(error().find("file is not a database") != std::string::npos);
    auto other = bench.node.params();
    other.magic[3] ^= 1;
    write_bytes(file, core_file_of({}, other));
    CHECK(error().find("is no wallet of Bitcoin Core for this chain") != std::string::npos);
    write_bytes(bench.file("imported"), {});
    CHECK(error().find("exists already") != std::string::npos);
}

TEST_CASE("records that daler does not keep are counted", "[wallet]") {
    Bench bench;
    auto rows = rows_of(full_wallet(bench, false), bench.node.params());
    rows.push_back({core_key("newkind"), {}});
    rows.push_back({core_key("New\x1b"), {}});
    const auto records = read_core_records(rows);
    REQUIRE(records);
    LeftOut left_out;
    REQUIRE(from_core(*records, bench.node.params(), left_out));
    CHECK(left_out ==
          LeftOut{"1 records of the kind \"newkind\"", "1 records of the kind \"unknown\""});
}
