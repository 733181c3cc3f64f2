#include <daler/encoding/hex.h>
#include <daler/primitives/transaction.h>
#include <daler/util/storage_error.h>

#include <fmt/format.h>
#include <test.h>

#include <fstream>

#include "fake_node.h"
#include "wallet/store.h"

using namespace daler;
using namespace daler::wallet;
using namespace daler::wallet::test;
using storage::real_file_system;

namespace {

/// A row of the table of transactions.
struct StoredTransaction {
    TxRecord record;
    Bytes bytes;
};

std::vector<StoredTransaction> transactions(Store& store) {
    std::vector<StoredTransaction> out;
    store.load_transactions([&](TxRecord record, const TransactionView& tx) {
        out.push_back({std::move(record), {tx.bytes().begin(), tx.bytes().end()}});
    });
    return out;
}

/// Whether this passphrase unlocks the wallet.
bool unlocks(Wallet& wallet, std::string_view passphrase) {
    const auto opened = open_master_keys(wallet.master_keys(), as_bytes(passphrase));
    return wallet.unlock(opened, std::chrono::seconds(10));
}

/// The content of a wallet file, as text.
std::string content(const std::filesystem::path& file, const ChainParams& params) {
    const auto store = Store::open(real_file_system(), file, params);
    const auto stored = store->load();
    std::string out = fmt::format("{} {} {}\n", stored.flags.private_keys_disabled,
                                  stored.flags.blank, stored.flags.avoid_reuse);
    for (const auto& hash : stored.locator)
        out += to_hex(hash.bytes) + "\n";
    for (const auto& each : stored.descriptors) {
        out += fmt::format("{} {} {} {} {}\n", each.descriptor.to_private_text(), each.created,
                           each.range_begin, each.range_end, each.next_index);
    }
    for (const auto& [key, position] : stored.active)
        out += fmt::format("{} {} {}\n", name(key.type), key.internal, position);
    const auto hex = [](const std::optional<Txid>& txid) { return txid ? txid->to_hex() : "-"; };
    for (const auto& [record, bytes] : transactions(*store)) {
        const auto& notes = record.notes();
        out += fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {}\n", to_hex(bytes),
                           static_cast<int>(record.status), record.abandoned,
                           to_hex(record.block.bytes), record.height, record.position,
                           record.received, record.time, record.order, notes.comment,
                           notes.comment_to, hex(notes.replaces), hex(notes.replaced_by));
    }
    for (const auto& [address, label] : stored.labels)
        out += fmt::format("{} {} {}\n", address, label.label, label.purpose);
    for (const auto& coin : stored.locked_coins)
        out += fmt::format("{} {}\n", to_hex(coin.txid.bytes), coin.index);
    return out;
}

/// A closed wallet file with rows in all tables.
std::filesystem::path used_wallet(Bench& bench) {
    {
        const auto wallet = bench.create("used");
        bench.node.mine(address(*wallet));
        bench.node.mine_many(100);
        send(*wallet, address(*wallet), coins(1));
        bench.node.mine();
        wallet->lock_coin(wallet->history().coins().front().outpoint, true);
    }
    bench.node.wallet = nullptr;
    return bench.file("used");
}

}  // namespace

TEST_CASE("a new wallet has no file before it is whole", "[wallet]") {
    Bench bench;
    const auto file = bench.file("new");
    std::filesystem::create_directories(file.parent_path());
    const auto& params = bench.node.params();
    const auto store = Store::create(real_file_system(), file, params);
    CHECK_FALSE(std::filesystem::exists(file));
    store->save();
    CHECK(is_wallet_file(real_file_system(), file, params));
    CHECK_THROWS_AS(Store::create(real_file_system(), file, params), StorageError);
}

TEST_CASE("what another wallet left in its log does not come into a new one", "[wallet]") {
    Bench bench;
    const auto log = log_of(bench.file("other"));
    {
        const auto wallet = bench.create("other");
        REQUIRE(wallet->new_address(descriptor::AddressType::bech32, "left"));
        const auto content = storage::read_file(real_file_system(), log);
        REQUIRE((content && !content->empty()));
        std::filesystem::create_directories(bench.file("new").parent_path());
        storage::write_atomically(real_file_system(), log_of(bench.file("new")), *content);
    }
    bench.node.wallet = nullptr;
    REQUIRE(bench.create("new")->new_address(descriptor::AddressType::bech32, "own"));
    bench.node.wallet = nullptr;
    const auto store = Store::open(real_file_system(), bench.file("new"), bench.node.params());
    const auto labels = store->load().labels;
    REQUIRE(labels.size() == 1);
    CHECK(labels.begin()->second.label == "own");
}

TEST_CASE("a damaged wallet file is refused or its content is unchanged", "[wallet]") {
    Bench bench;
    const auto file = used_wallet(bench);
    const auto& params = bench.node.params();
    const auto expected = content(file, params);
    int by_checksum = 0;
    const auto size = std::filesystem::file_size(file);
    constexpr std::size_t stride = 61;  // a prime, to reach different positions of pages and rows
    for (std::size_t at = 0; at < size; at += stride) {
        const auto damaged = bench.file("damaged");
        std::filesystem::copy_file(file, damaged);
        std::fstream stream(damaged, std::ios::in | std::ios::out | std::ios::binary);
        stream.seekg(static_cast<std::streamoff>(at));
        const auto byte = static_cast<char>(stream.get() ^ (1 << at % 8));
        stream.seekp(static_cast<std::streamoff>(at));
        stream.put(byte);
        stream.close();
        INFO("byte " << at);
        try {
            const auto found = content(damaged, params);
            CHECK(found == expected);
        } catch (const StorageError& error) {
            const std::string text = error.what();
            CHECK(text.find(damaged.string()) != std::string::npos);
            if (text.find("wrong checksum") != std::string::npos) ++by_checksum;
        }
        std::filesystem::remove(damaged);
        std::filesystem::remove(damaged.string() + "-wal");
        std::filesystem::remove(damaged.string() + "-journal");
    }
    CHECK(by_checksum > 0);
}

TEST_CASE("a wallet file has an application id of its own; the old id is replaced", "[wallet]") {
    Bench bench;
    const auto file = used_wallet(bench);
    const auto& params = bench.node.params();
    const auto expected = content(file, params);
    constexpr std::int32_t core_id = static_cast<std::int32_t>(0xfabfb5da);  // regtest's magic
    const auto id = [&] {
        return SqliteDatabase(real_file_system(), file, false).pragma("application_id");
    };
    const auto set = [&](const std::string& name, std::int64_t value) {
        SqliteDatabase(real_file_system(), file, false)
            .execute(fmt::format("PRAGMA {} = {}", name, value));
    };
    const auto own_id = id();
    CHECK(own_id != core_id);
    CHECK(is_wallet_file(real_file_system(), file, params));
    set("application_id", core_id);
    CHECK(is_wallet_file(real_file_system(), file, params));
    CHECK(content(file, params) == expected);
    CHECK(id() == own_id);
    // Bitcoin Core's own files have version 0.
    set("application_id", core_id);
    set("user_version", 0);
    CHECK_FALSE(is_wallet_file(real_file_system(), file, params));
    CHECK_THROWS_AS(content(file, params), StorageError);
    set("user_version", 2);
    set("application_id", own_id + 1);
    CHECK_FALSE(is_wallet_file(real_file_system(), file, params));
    CHECK_THROWS_AS(content(file, params), StorageError);
}

TEST_CASE("earlier wallet files are upgraded, and a copy of them is kept", "[wallet]") {
    Bench bench;
    const int version = GENERATE(1, 2);
    const auto sample = std::filesystem::path(DALER_SOURCE_DIR) / "test/unit/wallet/files" /
                        fmt::format("version{}.dat", version);
    const auto& params = bench.node.params();
    const auto file = bench.file("old");
    std::filesystem::copy_file(sample, file);
    CHECK(is_wallet_file(real_file_system(), file, params));
    auto store = Store::open(real_file_system(), file, params);
    const auto stored = store->load();
    CHECK(stored.flags.avoid_reuse);
    CHECK(stored.descriptors.size() == 8);
    CHECK(stored.active.size() == 8);
    const auto all = transactions(*store);
    CHECK(all.size() == 103);
    CHECK(stored.locked_coins.size() == 1);
    CHECK(std::ranges::count(all, "a comment",
                             [](const auto& each) { return each.record.notes().comment; }) == 1);
    store.reset();
    CHECK(std::ranges::count(stored.labels, "shop",
                             [](const auto& entry) { return entry.second.label; }) == 1);
    {
        SqliteDatabase database(real_file_system(), file, false);
        CHECK(database.pragma("user_version") == 3);
    }
    const auto kept = file.string() + fmt::format(".v{}.bak", version);
    {
        SqliteDatabase database(real_file_system(), kept, false);
        CHECK(database.pragma("user_version") == version);
    }
    // The copy is a wallet itself, and a second upgrade of the same name does not replace it.
    std::filesystem::remove(file);
    std::filesystem::copy_file(kept, file);
    CHECK(transactions(*Store::open(real_file_system(), file, params)).size() == 103);
    CHECK(std::filesystem::exists(kept));
}

TEST_CASE("copies of an old wallet file are removed when the wallet is encrypted", "[wallet]") {
    Bench bench;
    const auto file = bench.file("old");
    const auto files = std::filesystem::path(DALER_SOURCE_DIR) / "test/unit/wallet/files";
    std::filesystem::copy_file(files / "version2.dat", file);
    const auto own = file.string() + ".v2.bak";
    // Of a wallet that had this name before.
    const auto other = file.string() + ".v1.bak";
    bench.create("another");
    std::filesystem::copy_file(bench.file("another"), other);
    const auto damaged = file.string() + ".v1.2.bak";
    std::ofstream(damaged) << "not a wallet";
    {
        const auto wallet = bench.load("old");
        CHECK(std::filesystem::exists(own));
        wallet->encrypt(KeyVault::create(as_bytes("secret")));
        CHECK_FALSE(std::filesystem::exists(own));
        CHECK(std::filesystem::exists(other));
        CHECK(std::filesystem::exists(damaged));
    }
    // The process ended before that.
    std::filesystem::copy_file(files / "version2.dat", own);
    const auto& params = bench.node.params();
    CHECK(Store::open(real_file_system(), file, params) != nullptr);
    CHECK(std::filesystem::exists(own));
    {
        const auto store = Store::open(real_file_system(), file, params);
        Store::Batch batch(*store);
        batch.unsealed_remains();
        batch.commit();
    }
    CHECK(Store::open(real_file_system(), file, params) != nullptr);
    CHECK_FALSE(std::filesystem::exists(own));
}

TEST_CASE("an upgraded wallet file is as well protected as a new one", "[wallet]") {
    Bench bench;
    const auto file = bench.file("old");
    std::filesystem::copy_file(
        std::filesystem::path(DALER_SOURCE_DIR) / "test/unit/wallet/files/version1.dat", file);
    const auto expected = content(file, bench.node.params());
    CHECK(content(file, bench.node.params()) == expected);
    const auto* change = GENERATE(
        "UPDATE labels SET label = 'mine'", "UPDATE transactions SET replaced_by = zeroblob(32)",
        "UPDATE descriptors SET cache = x'00'", "INSERT INTO scripts VALUES (0, 0, x'00', 1)");
    SqliteDatabase(real_file_system(), file, false).execute(change);
    CHECK_THROWS_AS(content(file, bench.node.params()), StorageError);
}

TEST_CASE("a wallet file knows which payments replace each other", "[wallet]") {
    Bench bench;
    const auto file = used_wallet(bench);
    const auto store = Store::open(real_file_system(), file, bench.node.params());
    auto before = transactions(*store);
    REQUIRE(before.size() >= 2);
    auto& first = before[0].record;
    auto& second = before[1].record;
    first.edit_notes().replaced_by = second.txid;
    second.edit_notes().replaces = first.txid;
    {
        Store::Batch batch(*store);
        batch.transaction(first, nullptr);
        batch.transaction(second, nullptr);
        batch.commit();
    }
    const auto after = transactions(*store);
    CHECK(after[0].record.notes().replaced_by == second.txid);
    CHECK_FALSE(after[0].record.notes().replaces);
    CHECK(after[1].record.notes().replaces == first.txid);
    CHECK_FALSE(after[1].record.notes().replaced_by);
    CHECK(after[0].bytes == before[0].bytes);
    CHECK(store->transaction(second)->txid == second.txid);
    second.txid = first.txid;
    CHECK_THROWS_AS(store->transaction(second), StorageError);
}

TEST_CASE("an encrypted wallet file has no private key, and wrong content is refused", "[wallet]") {
    Bench bench;
    {
        const auto wallet = bench.create("sealed");
        wallet->encrypt(KeyVault::create(as_bytes("secret")));
        CHECK(wallet->is_locked());
    }
    const auto& params = bench.node.params();
    const auto file = bench.file("sealed");
    // How the text of each master key of a test network begins. "prv" alone may be in other keys.
    constexpr std::string_view master_key = "tprv8ZgxMBicQKsP";
    const auto open = bench.create("open");
    CHECK(open->keys().records()[0].descriptor.to_private_text().find(master_key) !=
          std::string::npos);
    CHECK(content(file, params).find(master_key) == std::string::npos);
    const auto stored = Store::open(real_file_system(), file, params)->load();
    CHECK(stored.master_keys.size() == 1);
    CHECK(stored.master_keys.at(1).rounds >= 25'000);
    CHECK(stored.descriptors.size() == 16);
    CHECK(stored.sealed_keys.size() == 16);
    CHECK(std::ranges::all_of(stored.descriptors, &DescriptorRecord::is_sealed));
    {
        const auto wallet = bench.load("sealed");
        CHECK_FALSE(unlocks(*wallet, "Secret"));
        CHECK(unlocks(*wallet, "secret"));
        CHECK_FALSE(wallet->is_locked());
    }
    const auto change = [&](const std::string& table, const std::string& value,
                            const std::string& columns) {
        SqliteDatabase database(real_file_system(), file, false);
        database.execute(fmt::format("UPDATE {} SET {}", table, value));
        database.execute(fmt::format("UPDATE {} SET checksum = row_checksum({})", table, columns));
    };
    SECTION("a sealed key that the master key does not open") {
        change("sealed_keys", "sealed = zeroblob(48)", "descriptor, public_key, sealed");
        const auto wallet = bench.load("sealed");
        CHECK_FALSE(unlocks(*wallet, "secret"));
    }
    SECTION("a master key that asks for too much work, or is of another kind") {
        const auto* value = GENERATE("rounds = 100000001", "rounds = 0", "method = 1");
        change("master_keys", value, "id, sealed, salt, method, rounds");
        CHECK_THROWS_AS(Store::open(real_file_system(), file, params)->load(), StorageError);
    }
    SECTION("a cache of another descriptor") {
        change("descriptors", "cache = x'0107'",
               "position, text, created, range_begin, range_end, next_index, cache");
        CHECK_THROWS_AS(Store::open(real_file_system(), file, params)->load(), StorageError);
    }
}

TEST_CASE("a file that was being encrypted when the process ended is rewritten at the next start",
          "[wallet]") {
    Bench bench;
    const auto file = used_wallet(bench);
    const std::string secret = "what-was-deleted";
    {
        SqliteDatabase database(real_file_system(), file, false);
        database.execute("PRAGMA secure_delete = OFF");
        database.execute("INSERT INTO labels VALUES ('" + secret + "', '', '', 0)");
        database.execute("DELETE FROM labels WHERE address = '" + secret + "'");
        database.execute(
            "INSERT INTO meta VALUES ('unsealed', x'01', row_checksum('unsealed', x'01'))");
    }
    const auto has_secret = [&] {
        const auto bytes = *storage::read_file(real_file_system(), file);
        return as_text(bytes).find(secret) != std::string_view::npos;
    };
    CHECK(has_secret());
    const auto store = Store::open(real_file_system(), file, bench.node.params());
    CHECK_FALSE(has_secret());
    CHECK_FALSE(transactions(*store).empty());
}

TEST_CASE("the scripts of descriptors are in the file, in rows of 100", "[wallet]") {
    Bench bench;
    bench.options.keypool = 250;
    auto wallet = bench.create("w");
    wallet->top_up(100'000);
    const auto script = *wallet->keys().records()[0].descriptor.scripts(199);
    const auto count = wallet->keys().script_count();
    wallet.reset();
    wallet = Wallet::open(bench.context(), "w", bench.file("w"));
    CHECK(wallet->keys().records()[0].derived_end == 200);
    CHECK(wallet->keys().find(script.front())->index == 199);
    wallet->top_up(100'000);
    CHECK(wallet->keys().script_count() == count);
    // A smaller key pool does not need all of them.
    wallet.reset();
    bench.options.keypool = 120;
    {
        SqliteDatabase database(storage::real_file_system(), bench.file("w"), false);
        database.execute(
            "UPDATE descriptors SET range_end = 120, checksum = row_checksum(position, "
            "text, created, range_begin, 120, next_index, cache)");
    }
    wallet = Wallet::open(bench.context(), "w", bench.file("w"));
    CHECK(wallet->keys().records()[0].derived_end == 120);
    CHECK(wallet->keys().underived() == 0);
}
