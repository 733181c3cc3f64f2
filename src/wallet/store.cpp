#include "store.h"

#include "old_copies.h"
#include "store_rows.h"

#include <daler/primitives/chain_params.h>
#include <daler/util/log.h>
#include <daler/util/wipe.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace daler::wallet {

namespace {

constexpr auto schema = R"(
    CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL, checksum INTEGER NOT NULL)
        WITHOUT ROWID;
    CREATE TABLE descriptors (position INTEGER PRIMARY KEY, text TEXT NOT NULL,
        created INTEGER NOT NULL, range_begin INTEGER NOT NULL, range_end INTEGER NOT NULL,
        next_index INTEGER NOT NULL, cache BLOB NOT NULL, checksum INTEGER NOT NULL);
    CREATE TABLE active (type TEXT NOT NULL, internal INTEGER NOT NULL,
        descriptor INTEGER NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (type, internal))
        WITHOUT ROWID;
    CREATE TABLE transactions (place INTEGER PRIMARY KEY, bytes BLOB NOT NULL,
        status INTEGER NOT NULL, abandoned INTEGER NOT NULL, block BLOB NOT NULL,
        height INTEGER NOT NULL, position INTEGER NOT NULL, received INTEGER NOT NULL,
        time INTEGER NOT NULL, comment TEXT NOT NULL, comment_to TEXT NOT NULL,
        replaces BLOB NOT NULL, replaced_by BLOB NOT NULL, checksum INTEGER NOT NULL);
    CREATE TABLE labels (address TEXT PRIMARY KEY, label TEXT NOT NULL, purpose TEXT NOT NULL,
        checksum INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE locked_coins (txid BLOB NOT NULL, output INTEGER NOT NULL,
        checksum INTEGER NOT NULL, PRIMARY KEY (txid, output)) WITHOUT ROWID;
)";
constexpr auto key_schema = R"(
    CREATE TABLE master_keys (id INTEGER PRIMARY KEY, sealed BLOB NOT NULL, salt BLOB NOT NULL,
        method INTEGER NOT NULL, rounds INTEGER NOT NULL, checksum INTEGER NOT NULL);
    CREATE TABLE sealed_keys (descriptor INTEGER NOT NULL, public_key BLOB NOT NULL,
        sealed BLOB NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (descriptor, public_key))
        WITHOUT ROWID;
)";

/// Programs that do not know this table, which is not needed, leave it alone.
constexpr auto script_schema = R"(
    CREATE TABLE IF NOT EXISTS scripts (descriptor INTEGER NOT NULL, first INTEGER NOT NULL,
        bytes BLOB NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (descriptor, first))
        WITHOUT ROWID;
)";

constexpr Table meta_table{"meta", "key, value"};
constexpr Table descriptors_table{
    "descriptors", "position, text, created, range_begin, range_end, next_index", "cache"};
constexpr Table active_table{"active", "type, internal, descriptor"};
constexpr Table labels_table{"labels", "address, label, purpose"};
constexpr Table locked_coins_table{"locked_coins", "txid, output"};
constexpr Table master_keys_table{"master_keys", "id, sealed, salt, method, rounds"};
constexpr Table sealed_keys_table{"sealed_keys", "descriptor, public_key, sealed"};
constexpr std::array tables{meta_table,         descriptors_table, active_table,
                            transactions_table, labels_table,      locked_coins_table};
constexpr Table scripts_table{"scripts", "descriptor, first, bytes"};
constexpr std::array key_tables{master_keys_table, sealed_keys_table};  // since version 3

constexpr std::uint8_t spendable_mark = 1;     // first byte of `cache`
constexpr std::int64_t passphrase_method = 0;  // crypto::stretch_passphrase

enum FlagBit : std::uint8_t { disabled_bit = 1, blank_bit = 2, avoid_reuse_bit = 4 };

/// The application_id of older files and of Bitcoin Core's wallets: the chain's magic bytes.
std::uint32_t old_application_id(const ChainParams& params) {
    const auto& m = params.magic;
    return std::uint32_t{m[0]} << 24 | std::uint32_t{m[1]} << 16 | std::uint32_t{m[2]} << 8 |
           std::uint32_t{m[3]};
}

/// Our application_id: the chain's magic bytes, changed so that Bitcoin Core does not accept the
/// file.
std::uint32_t application_id(const ChainParams& params) {
    constexpr std::uint32_t mask = 0x64616c72;  // "dalr"
    return old_application_id(params) ^ mask;
}

bool is_known_version(std::int64_t version) {
    return version >= 1 && version <= schema_version;
}

void write_application_id(SqliteDatabase& database, const ChainParams& params) {
    const auto id = static_cast<std::int32_t>(application_id(params));
    database.execute(fmt::format("PRAGMA application_id = {}", id));
}

/// The cache of a sealed descriptor: whether its private keys suffice, then what it derives.
Bytes sealed_cache(const DescriptorRecord& record) {
    Bytes out{record.is_spendable ? spendable_mark : std::uint8_t{0}};
    const auto open = record.descriptor.without_private_keys(record.range_begin, record.range_end);
    const auto derived = open.derivation_cache();
    out.insert(out.end(), derived.begin(), derived.end());
    return out;
}

descriptor::Descriptor with_cache(descriptor::Descriptor descriptor, ByteSpan cache,
                                  const std::filesystem::path& file) {
    auto out = descriptor.with_derivation_cache(cache);
    if (!out) throw StorageError("Wallet " + file.string() + " holds a damaged derivation cache");
    return std::move(*out);
}

}  // namespace

std::filesystem::path log_of(const std::filesystem::path& file) {
    return file.string() + "-wal";
}

bool is_wallet_file(storage::FileSystem& files, const std::filesystem::path& file,
                    const ChainParams& params) {
    // SQLite's file header: a text, and big-endian numbers at fixed offsets.
    constexpr std::string_view magic{"SQLite format 3\0", 16};
    constexpr std::size_t version_at = 60, id_at = 68, header_size = 100;
    std::array<std::uint8_t, header_size> header{};
    try {
        if (!files.exists(file)) return false;
        if (files.open(file, storage::OpenMode::read)->read(header, 0) < header.size())
            return false;
    } catch (const StorageError&) {
        return false;
    }
    if (!as_text(header).starts_with(magic)) return false;
    const auto number = [&](std::size_t at) {
        std::uint32_t out = 0;
        for (const auto byte : std::span(header).subspan(at, 4))
            out = out << 8 | byte;
        return out;
    };
    const auto id = number(id_at);
    if (id == application_id(params)) return true;
    if (id == old_application_id(params)) return is_known_version(number(version_at));
    // After a crash, all content may be in the log.
    return id == 0 && files.exists(log_of(file));
}

Store::Store(storage::FileSystem& files, const std::filesystem::path& file,
             const ChainParams& params, bool create)
    : files_(files), database_(files, file, create), file_(file), params_(params) {}

std::unique_ptr<Store> Store::create(storage::FileSystem& files, const std::filesystem::path& file,
                                     const ChainParams& params) {
    std::unique_ptr<Store> store(new Store(files, file, params, true));
    auto& database = store->database_;
    DatabaseTransaction transaction(database);
    database.execute(schema);
    database.execute(key_schema);
    database.execute(script_schema);
    write_application_id(database, params);
    database.execute(fmt::format("PRAGMA user_version = {}", schema_version));
    transaction.commit();
    return store;
}

std::unique_ptr<Store> Store::open(storage::FileSystem& files, const std::filesystem::path& file,
                                   const ChainParams& params) {
    std::unique_ptr<Store> store(new Store(files, file, params, false));
    store->check_application();
    const auto version = store->database_.pragma("user_version");
    if (version < schema_version) {
        store->check(version);
        keep_old_copy(files, file, version, store->database_.bytes());
    }
    store->upgrade(version);
    store->check(schema_version);
    // The process ended while the wallet was encrypted.
    if (!store->meta("unsealed").empty()) store->purge();
    return store;
}

void Store::check_application() {
    const auto id = to<std::uint32_t>(database_.pragma("application_id"));
    if (id != application_id(params_) && id != old_application_id(params_)) {
        throw StorageError(fmt::format(
            "SQLiteDatabase: Unexpected application id. Expected {}, got {}: {} belongs to another "
            "chain or program",
            application_id(params_), id, file_.string()));
    }
    const auto version = database_.pragma("user_version");
    if (!is_known_version(version)) {
        throw StorageError(
            fmt::format("SQLiteDatabase: Unknown wallet schema version {} in {}. Only versions up "
                        "to {} are supported",
                        version, file_.string(), schema_version));
    }
}

void Store::check(std::int64_t version) {
    auto structure = database_.prepare("PRAGMA quick_check(1)");
    if (!structure.step()) refuse("it cannot be checked");
    if (structure.text(0) != "ok") refuse(structure.text(0));
    if (version == 1) return;
    const auto check_rows = [&](const Table& table) {
        if (version == schema_version && table.name == transactions_table.name) return;
        auto wrong = database_.prepare(
            fmt::format("SELECT 1 FROM {} WHERE checksum <> row_checksum({}) LIMIT 1", table.name,
                        table.columns_of(version)));
        if (wrong.step()) refuse(wrong_row(table));
    };
    std::ranges::for_each(tables, check_rows);
    if (version == schema_version) check_rows(scripts_table);
    if (version >= 3) std::ranges::for_each(key_tables, check_rows);
}

void Store::refuse(const std::string& what) const {
    throw StorageError(fmt::format("SQLiteDatabase: {} is damaged: {}; restore it from a backup",
                                   file_.string(), what));
}

void Store::upgrade(std::int64_t version) {
    const bool has_own_id =
        to<std::uint32_t>(database_.pragma("application_id")) == application_id(params_);
    if (version == schema_version && has_own_id) {
        database_.execute(script_schema);
        return;
    }
    DatabaseTransaction transaction(database_);
    database_.execute(script_schema);
    write_application_id(database_, params_);
    if (version < schema_version) {
        for (const auto& table : tables)
            add_columns(table, version);
        database_.execute(key_schema);
        database_.execute(fmt::format("PRAGMA user_version = {}", schema_version));
    }
    transaction.commit();
}

void Store::add_columns(const Table& table, std::int64_t version) {
    if (version >= 2 && table.added.empty()) return;
    const auto add = [&](std::string_view column, std::string_view kind) {
        database_.execute(fmt::format("ALTER TABLE {} ADD COLUMN {} {}", table.name, column, kind));
    };
    if (version == 1) add("checksum", "INTEGER NOT NULL DEFAULT 0");
    for (std::string_view rest = table.added; !rest.empty();) {
        const auto end = std::min(rest.find(", "), rest.size());
        add(rest.substr(0, end), "BLOB NOT NULL DEFAULT x''");
        rest.remove_prefix(std::min(end + 2, rest.size()));
    }
    database_.execute(fmt::format("UPDATE {} SET checksum = row_checksum({})", table.name,
                                  table.columns_of(schema_version)));
}

void Store::replace(Bytes bytes) {
    read_transaction_.reset();
    database_.replace(std::move(bytes));
    upgrade(database_.pragma("user_version"));
}

Bytes Store::meta(const std::string& key) {
    auto statement = database_.prepare("SELECT value FROM meta WHERE key = ?");
    statement.bind(1, key);
    return statement.step() ? statement.blob(0) : Bytes{};
}

StoredWallet Store::load() {
    StoredWallet out;
    if (const auto bits = meta("flags"); !bits.empty()) {
        out.flags.private_keys_disabled = (bits[0] & disabled_bit) != 0;
        out.flags.blank = (bits[0] & blank_bit) != 0;
        out.flags.avoid_reuse = (bits[0] & avoid_reuse_bit) != 0;
    }
    const auto locator = meta("locator");
    for (std::size_t at = 0; at + 32 <= locator.size(); at += 32)
        out.locator.push_back(read_hash(ByteSpan(locator).subspan(at, 32)));
    load_descriptors(out);
    load_active(out);
    load_scripts(out);
    load_labels_and_locks(out);
    load_keys(out);
    return out;
}

void Store::load_descriptors(StoredWallet& out) {
    const WipeScope scope;  // texts of wallets that are not encrypted have private keys
    auto descriptors = database_.prepare(
        "SELECT text, created, range_begin, range_end, next_index, cache FROM descriptors "
        "ORDER BY position");
    while (descriptors.step()) {
        auto parsed = descriptor::Descriptor::parse(descriptors.text(0), params_.address,
                                                    descriptor::ChecksumRule::required);
        if (!parsed) {
            throw StorageError("Wallet " + file_.string() +
                               " holds a damaged descriptor: " + parsed.error());
        }
        const auto cache = descriptors.blob(5);
        if (!cache.empty())
            parsed = with_cache(std::move(*parsed), ByteSpan(cache).subspan(1), file_);
        out.descriptors.push_back({.descriptor = std::move(*parsed),
                                   .created = descriptors.integer(1),
                                   .range_begin = to<std::uint32_t>(descriptors.integer(2)),
                                   .range_end = to<std::uint32_t>(descriptors.integer(3)),
                                   .next_index = to<std::uint32_t>(descriptors.integer(4)),
                                   .is_spendable = cache.empty() || cache[0] == spendable_mark,
                                   .is_sealed = !cache.empty()});
    }
}

void Store::load_active(StoredWallet& out) {
    auto active = database_.prepare("SELECT type, internal, descriptor FROM active");
    while (active.step()) {
        const auto type = descriptor::address_type_by_name(active.text(0));
        const auto position = to<std::size_t>(active.integer(2));
        if (!type || position >= out.descriptors.size())
            throw StorageError("Wallet " + file_.string() + " has a damaged table: active");
        out.active.emplace_back(ActiveKey{*type, active.integer(1) != 0}, position);
    }
}

void Store::load_scripts(StoredWallet& out) {
    out.scripts.resize(out.descriptors.size());
    auto row = database_.prepare(
        "SELECT descriptor, first, bytes FROM scripts ORDER BY descriptor, first");
    while (row.step()) {
        const auto position = to<std::size_t>(row.integer(0));
        if (position >= out.descriptors.size())
            throw StorageError("Wallet " + file_.string() + " has a damaged table: scripts");
        auto& known = out.scripts[position];
        // Rows of an earlier range may not fit.
        if (row.integer(1) != out.descriptors[position].range_begin + std::ssize(known)) continue;
        ByteReader bytes(row.blob_view(2));
        while (bytes.ok() && !bytes.remaining().empty()) {
            auto& scripts = known.emplace_back();
            for (auto count = bytes.count(1); count > 0 && bytes.ok(); --count)
                scripts.emplace_back(bytes.sized_bytes());
        }
        if (!bytes.ok())
            throw StorageError("Wallet " + file_.string() + " has a damaged table: scripts");
    }
}

void Store::load_labels_and_locks(StoredWallet& out) {
    auto labels = database_.prepare("SELECT address, label, purpose FROM labels");
    while (labels.step())
        out.labels[labels.text(0)] = {labels.text(1), labels.text(2)};

    auto locked = database_.prepare("SELECT txid, output FROM locked_coins");
    while (locked.step()) {
        out.locked_coins.insert(
            {read_hash(locked.blob(0)).as<Txid>(), to<std::uint32_t>(locked.integer(1))});
    }
}

void Store::load_keys(StoredWallet& out) {
    auto keys = database_.prepare("SELECT id, sealed, salt, method, rounds FROM master_keys");
    while (keys.step()) {
        const auto rounds = keys.integer(4);
        if (keys.integer(3) != passphrase_method || rounds < 1 || rounds > max_rounds) {
            throw StorageError(
                fmt::format("Wallet {} has a master key of an unknown kind: method {}, {} rounds",
                            file_.string(), keys.integer(3), rounds));
        }
        out.master_keys[keys.integer(0)] = {.sealed = keys.blob(1),
                                            .salt = keys.blob(2),
                                            .rounds = static_cast<std::uint32_t>(rounds)};
    }
    auto sealed = database_.prepare("SELECT descriptor, public_key, sealed FROM sealed_keys");
    while (sealed.step()) {
        const auto key = crypto::PublicKey::from_bytes(sealed.blob(1));
        const auto position = to<std::size_t>(sealed.integer(0));
        if (!key || position >= out.descriptors.size() || out.master_keys.empty())
            throw StorageError("Wallet " + file_.string() + " holds a damaged sealed key");
        out.sealed_keys[{position, *key}] = sealed.blob(2);
    }
}

std::set<std::string> Store::descriptor_texts() {
    std::set<std::string> out;
    auto row = database_.prepare("SELECT text FROM descriptors");
    while (row.step())
        out.insert(row.text(0));
    return out;
}

void Store::purge() {
    // Both would go to the disk.
    database_.execute("PRAGMA temp_store = MEMORY");
    database_.execute("PRAGMA secure_delete = ON");
    database_.execute("VACUUM");
    if (database_.pragma("wal_checkpoint(TRUNCATE)") != 0)
        throw StorageError("SQLiteDatabase: the log of " + file_.string() + " cannot be emptied");
    database_.save();
    remove_old_copies(files_, file_, descriptor_texts(), params_.address);
    // The sync of this commit makes it durable that the log was emptied.
    database_.execute("DELETE FROM meta WHERE key = 'unsealed'");
    database_.save();
}

Store::Batch::Batch(Store& store) : database_(store.database_), transaction_(store.database_) {}

void Store::Batch::meta(const std::string& key, ByteSpan value) {
    database_.prepare(write_row(meta_table)).bind(1, key).bind(2, value).run();
}

void Store::Batch::flags(const WalletFlags& flags) {
    const int bits = (flags.private_keys_disabled ? disabled_bit : 0) |
                     (flags.blank ? blank_bit : 0) | (flags.avoid_reuse ? avoid_reuse_bit : 0);
    meta("flags", Bytes{static_cast<std::uint8_t>(bits)});
}

void Store::Batch::locator(std::span<const BlockHash> locator) {
    Bytes value;
    for (const auto& hash : locator)
        value.insert(value.end(), hash.bytes.begin(), hash.bytes.end());
    meta("locator", value);
}

void Store::Batch::descriptor(std::size_t position, const DescriptorRecord& record) {
    const WipeScope scope;  // the text may have private keys
    database_.prepare(write_row(descriptors_table))
        .bind(1, static_cast<std::int64_t>(position))
        .bind(2,
              record.is_sealed ? record.descriptor.to_text() : record.descriptor.to_private_text())
        .bind(3, record.created)
        .bind(4, std::int64_t{record.range_begin})
        .bind(5, std::int64_t{record.range_end})
        .bind(6, std::int64_t{record.next_index})
        .bind(7, record.is_sealed ? sealed_cache(record) : Bytes{})
        .run();
}

void Store::Batch::master_keys(const std::map<std::int64_t, MasterKey>& all) {
    auto statement = database_.prepare(write_row(master_keys_table));
    for (const auto& [id, key] : all) {
        statement.bind(1, id)
            .bind(2, key.sealed)
            .bind(3, key.salt)
            .bind(4, passphrase_method)
            .bind(5, std::int64_t{key.rounds})
            .run();
    }
}

void Store::Batch::sealed_keys(const SealedKeys& all) {
    auto statement = database_.prepare(write_row(sealed_keys_table));
    for (const auto& [place, sealed] : all) {
        statement.bind(1, static_cast<std::int64_t>(place.first))
            .bind(2, place.second.bytes())
            .bind(3, sealed)
            .run();
    }
}

void Store::Batch::active(const std::map<ActiveKey, std::size_t>& all) {
    database_.execute("DELETE FROM active");
    auto statement = database_.prepare(write_row(active_table));
    for (const auto& [key, position] : all) {
        statement.bind(1, std::string(name(key.type)))
            .bind(2, std::int64_t{key.internal})
            .bind(3, static_cast<std::int64_t>(position))
            .run();
    }
}

void Store::Batch::scripts(std::size_t position, std::uint32_t first,
                           std::span<const std::vector<Script>> scripts) {
    ByteWriter bytes;
    for (const auto& of_index : scripts) {
        bytes.compact_size(of_index.size());
        for (const auto& script : of_index)
            bytes.sized_bytes(script.bytes());
    }
    database_.prepare(write_row(scripts_table))
        .bind(1, static_cast<std::int64_t>(position))
        .bind(2, std::int64_t{first})
        .bind(3, bytes.view())
        .run();
}

void Store::Batch::label(const std::string& address, const AddressLabel& label) {
    database_.prepare(write_row(labels_table))
        .bind(1, address)
        .bind(2, label.label)
        .bind(3, label.purpose)
        .run();
}

void Store::Batch::locked_coins(const std::set<OutPoint>& all) {
    database_.execute("DELETE FROM locked_coins");
    auto statement = database_.prepare(write_row(locked_coins_table));
    for (const auto& coin : all)
        statement.bind(1, ByteSpan(coin.txid.bytes)).bind(2, std::int64_t{coin.index}).run();
}

}  // namespace daler::wallet
