#include "core_file.h"

#include <daler/primitives/chain_params.h>

#include <fmt/format.h>

#include <algorithm>

#include "core_conversion.h"

namespace daler::wallet {
namespace {

namespace fs = std::filesystem;

/// The application_id of Bitcoin Core's files: the chain's magic bytes.
std::uint32_t core_application_id(const ChainParams& params) {
    std::uint32_t out = 0;
    for (const auto byte : params.magic)
        out = out << 8 | byte;
    return out;
}

/// Whether a file begins as those of Berkeley DB do: a number at byte 12.
bool is_berkeley_db(ByteSpan head) {
    constexpr std::size_t magic_at = 12, magic_size = 4;
    constexpr std::array<std::uint8_t, magic_size> magic{0x62, 0x31, 0x05, 0x00};
    if (head.size() < magic_at + magic_size) return false;
    const auto found = head.subspan(magic_at, magic_size);
    return std::ranges::equal(found, magic) ||
           std::equal(found.begin(), found.end(), magic.rbegin());
}

/// The bytes of a file of Bitcoin Core. Throws StorageError.
Result<Bytes, std::string> read_source(const fs::path& file) {
    auto& disk = storage::real_file_system();
    if (!fs::is_regular_file(file))
        return daler::fail(fmt::format("{} does not exist, or is no file", file.string()));
    std::array<std::uint8_t, 16> head{};
    const auto size = disk.open(file, storage::OpenMode::read)->read(head, 0);
    if (is_berkeley_db(std::span(head).first(size))) {
        return daler::fail(fmt::format(
            "{} is a legacy wallet in Berkeley DB's format. Bitcoin Core makes a descriptor wallet "
            "of it with migratewallet",
            file.string()));
    }
    return read_closed_database(file);
}

/// Makes a new file, so that other users cannot read it.
void write_new_file(const fs::path& to, ByteSpan bytes) {
    auto& disk = storage::real_file_system();
    if (!to.parent_path().empty()) disk.create_folders(to.parent_path());
    storage::write_atomically(disk, to, bytes);
}

Result<void, std::string> check_target(const fs::path& to) {
    // A link that leads nowhere is there, too.
    if (!fs::exists(fs::symlink_status(to))) return {};
    return daler::fail(fmt::format("{} exists already", to.string()));
}

ConvertedWallet summary(const WholeWallet& wallet, LeftOut left_out = {}) {
    return {.descriptors = wallet.descriptors.size(),
            .transactions = wallet.transactions.size(),
            .is_encrypted = !wallet.master_keys.empty(),
            .left_out = std::move(left_out)};
}

/// The bytes of a wallet file of ours.
Bytes own_file_of(const WholeWallet& wallet, const ChainParams& params) {
    const auto memory = storage::memory_file_system();
    const auto store = Store::create(*memory, "wallet.dat", params);
    Store::Batch batch(*store);
    batch.flags(wallet.flags);
    batch.locator(wallet.locator);
    for (std::size_t i = 0; i < wallet.descriptors.size(); ++i)
        batch.descriptor(i, wallet.descriptors[i]);
    batch.active({wallet.active.begin(), wallet.active.end()});
    batch.master_keys(wallet.master_keys);
    batch.sealed_keys(wallet.sealed_keys);
    for (const auto& [record, tx] : wallet.transactions)
        batch.transaction(record, tx);
    for (const auto& [address, label] : wallet.labels)
        batch.label(address, label);
    batch.locked_coins(wallet.locked_coins);
    batch.commit();
    return store->bytes();
}

/// Runs `work`; a failure of the disk becomes an error for the user.
template <class Work>
Result<ConvertedWallet, std::string> without_exceptions(const Work& work) {
    try {
        return work();
    } catch (const DatabaseInUse& error) {
        return daler::fail(fmt::format(
            "{}\nA node has the wallet loaded. Call unloadwallet first, or backupwallet FILE, and "
            "export that file.",
            error.what()));
    } catch (const StorageError& error) {
        return daler::fail(std::string(error.what()));
    } catch (const fs::filesystem_error& error) {
        return daler::fail(std::string(error.what()));
    }
}

}  // namespace

Result<std::vector<CoreRow>, std::string> read_core_rows(Bytes bytes, const fs::path& file,
                                                         const ChainParams& params) {
    const auto memory = storage::memory_file_system();
    storage::write_atomically(*memory, file, bytes);
    SqliteDatabase database(*memory, file, false);
    const auto id = static_cast<std::uint32_t>(database.pragma("application_id"));
    if (id != core_application_id(params)) {
        return daler::fail(
            fmt::format("{} is no wallet of Bitcoin Core for this chain: its application_id is "
                        "{:#x}, not {:#x}",
                        file.string(), id, core_application_id(params)));
    }
    if (const auto version = database.pragma("user_version"); version != 0)
        return daler::fail(
            fmt::format("{} has the unknown schema version {}", file.string(), version));
    std::vector<CoreRow> out;
    auto rows = database.prepare("SELECT key, value FROM main ORDER BY key");
    while (rows.step())
        out.push_back({rows.blob(0), rows.blob(1)});
    return out;
}

Bytes core_file_of(std::span<const CoreRow> rows, const ChainParams& params) {
    const auto memory = storage::memory_file_system();
    SqliteDatabase database(*memory, "wallet.dat", true);
    const auto id = static_cast<std::int32_t>(core_application_id(params));
    database.execute(fmt::format("PRAGMA application_id = {}", id));
    DatabaseTransaction transaction(database);
    database.execute("CREATE TABLE main(key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL)");
    auto insert = database.prepare("INSERT INTO main VALUES(?, ?)");
    for (const auto& row : rows)
        insert.bind(1, row.key).bind(2, row.value).run();
    transaction.commit();
    return database.bytes();
}

Result<ConvertedWallet, std::string> export_core_wallet(const fs::path& from, const fs::path& to,
                                                        const ChainParams& params) {
    return without_exceptions([&]() -> Result<ConvertedWallet, std::string> {
        if (auto checked = check_target(to); !checked) return daler::fail(checked.error());
        auto& disk = storage::real_file_system();
        if (!is_wallet_file(disk, from, params))
            return daler::fail(
                fmt::format("{} is no wallet of daler for this chain", from.string()));
        const auto store = Store::open(disk, from, params);
        const auto wallet = load_whole(*store);
        write_new_file(to, core_file_of(write_core_records(to_core(wallet, params)), params));
        return summary(wallet);
    });
}

Result<ConvertedWallet, std::string> import_core_wallet(const fs::path& from, const fs::path& to,
                                                        const ChainParams& params) {
    return without_exceptions([&]() -> Result<ConvertedWallet, std::string> {
        if (auto checked = check_target(to); !checked) return daler::fail(checked.error());
        auto bytes = read_source(from);
        if (!bytes) return daler::fail(bytes.error());
        const auto rows = read_core_rows(std::move(*bytes), from, params);
        if (!rows) return daler::fail(rows.error());
        const auto records = read_core_records(*rows);
        if (!records) return daler::fail(fmt::format("{}: {}", from.string(), records.error()));
        LeftOut left_out;
        const auto wallet = from_core(*records, params, left_out);
        if (!wallet) return daler::fail(fmt::format("{}: {}", from.string(), wallet.error()));
        write_new_file(to, own_file_of(*wallet, params));
        return summary(*wallet, std::move(left_out));
    });
}

}  // namespace daler::wallet
