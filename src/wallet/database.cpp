#include "database.h"

#include <daler/crypto/hash.h>
#include <daler/util/ensure.h>
#include <daler/util/log.h>
#include <daler/util/wipe.h>

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>
#include <utility>

namespace daler::wallet {
namespace {

/// SQLite's own allocator.
sqlite3_mem_methods plain_memory() {
    sqlite3_mem_methods out{};
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &out);
    return out;
}

const sqlite3_mem_methods& memory_methods() {
    static const auto methods = plain_memory();
    return methods;
}

void wiping_free(void* memory) {
    if (!memory) return;
    const auto size = static_cast<std::size_t>(memory_methods().xSize(memory));
    wipe({static_cast<std::uint8_t*>(memory), size});
    memory_methods().xFree(memory);
}

void* wiping_realloc(void* memory, int size) {
    void* out = memory_methods().xMalloc(size);
    if (!out) return nullptr;
    const auto kept = std::min(memory_methods().xSize(memory), size);
    std::memcpy(out, memory, static_cast<std::size_t>(kept));
    wiping_free(memory);
    return out;
}

/// From now on SQLite overwrites what it frees: pages of a closed file hold private keys. Has to
/// come before its first use.
void make_memory_wiped() {
    static const int configured = [] {
        auto methods = memory_methods();
        methods.xFree = wiping_free;
        methods.xRealloc = wiping_realloc;
        return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
    }();
    ensure(configured == SQLITE_OK);
}

/// Adds what a checksum covers of one value: its kind, size and bytes. A number's bytes are its
/// text.
void add_value(ByteWriter& out, int kind, ByteSpan bytes) {
    out.u8(static_cast<std::uint8_t>(kind));
    out.u64(bytes.size());
    out.bytes(bytes);
}

/// The SQL function row_checksum(VALUES...): CRC-32C over the values.
void row_checksum(sqlite3_context* context, int count, sqlite3_value** values) {
    constexpr std::size_t usual_row = 512;
    ByteWriter covered(usual_row);
    for (int i = 0; i < count; ++i) {
        const int kind = sqlite3_value_type(values[i]);
        const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_value_blob(values[i]));
        const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[i]));
        add_value(covered, kind, {bytes, size});
    }
    sqlite3_result_int64(context, crypto::crc32c(covered.view()));
}

/// In one transaction of `to`.
bool copy_content(sqlite3* from, sqlite3* to) {
    sqlite3_backup* backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup) return false;
    const bool done = sqlite3_backup_step(backup, -1) == SQLITE_DONE;
    return sqlite3_backup_finish(backup) == SQLITE_OK && done;
}

/// The header of a file says in two bytes whether it may have a write-ahead log
/// (https://www.sqlite.org/fileformat.html, 1.3.3).
enum class Log : std::uint8_t { none = 1, write_ahead = 2 };

void set_log(Bytes& file, Log log) {
    constexpr std::size_t write_version = 18, read_version = 19;
    if (file.size() > read_version)
        file[write_version] = file[read_version] = static_cast<std::uint8_t>(log);
}

}  // namespace

SqliteDatabase::SqliteDatabase(storage::FileSystem& files, const std::filesystem::path& file,
                               bool create)
    : files_(files),
      on_disk_(&files == &storage::real_file_system()),
      in_memory_(create),
      file_(file) {
    make_memory_wiped();
    if (create && files.exists(file))
        throw StorageError("SQLiteDatabase: " + file.string() + " exists");
    auto stored = on_disk_ ? std::nullopt : storage::read_file(files, file);
    in_memory_ |= stored.has_value();
    if (in_memory_)
        open(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    else
        open(file.c_str(), SQLITE_OPEN_READWRITE);
    set_up(std::move(stored));
}

void SqliteDatabase::set_up(std::optional<Bytes> content) {
    try {
        if (in_memory_)
            execute("PRAGMA temp_store = MEMORY");
        else
            lock_file();
        if (content) load_bytes(std::move(*content));
        execute("PRAGMA trusted_schema = OFF");
        constexpr int any_number = -1;
        if (sqlite3_create_function_v2(handle_, "row_checksum", any_number,
                                       SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr, row_checksum,
                                       nullptr, nullptr, nullptr) != SQLITE_OK) {
            raise("row_checksum");
        }
    } catch (...) {
        sqlite3_close(std::exchange(handle_, nullptr));
        throw;
    }
}

void SqliteDatabase::open(const char* name, int flags) {
    if (sqlite3_open_v2(name, &handle_, flags | SQLITE_OPEN_NOMUTEX, nullptr) == SQLITE_OK) return;
    const std::string reason = sqlite3_errmsg(handle_);
    sqlite3_close(std::exchange(handle_, nullptr));
    throw StorageError("SQLiteDatabase: Failed to open " + file_.string() + ": " + reason);
}

void SqliteDatabase::lock_file() {
    // With exclusive locking the write-ahead log needs no shared memory file, and a commit costs
    // one sync of the disk.
    execute("PRAGMA locking_mode = EXCLUSIVE");
    if (sqlite3_exec(handle_, "BEGIN EXCLUSIVE; COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK) {
        if (sqlite3_errcode(handle_) != SQLITE_BUSY) raise("open");
        throw DatabaseInUse(
            "SQLiteDatabase: Unable to obtain an exclusive lock on the database, "
            "is it being used by another instance of daler?");
    }
    execute("PRAGMA journal_mode = WAL");
    execute("PRAGMA synchronous = FULL");
}

void SqliteDatabase::load_bytes(Bytes bytes) {
    // In memory there is no log.
    set_log(bytes, Log::none);
    auto* copy =
        static_cast<unsigned char*>(sqlite3_malloc64(std::max<std::size_t>(bytes.size(), 1)));
    if (!copy) throw StorageError("SQLiteDatabase: " + file_.string() + ": out of memory");
    std::ranges::copy(bytes, copy);
    const auto size = static_cast<sqlite3_int64>(bytes.size());
    // Frees the copy also if it fails.
    if (sqlite3_deserialize(handle_, "main", copy, size, size,
                            SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE) !=
        SQLITE_OK) {
        raise("open");
    }
}

Bytes SqliteDatabase::bytes() {
    sqlite3_int64 size = 0;
    const std::unique_ptr<unsigned char, void (*)(void*)> copy(
        sqlite3_serialize(handle_, "main", &size, 0), sqlite3_free);
    if (!copy) throw StorageError("SQLiteDatabase: " + file_.string() + ": cannot be copied");
    return {copy.get(), copy.get() + size};
}

void SqliteDatabase::replace(Bytes bytes) {
    if (!on_disk_) return load_bytes(std::move(bytes));
    const auto memory = storage::memory_file_system();
    SqliteDatabase source(*memory, file_, true);
    source.load_bytes(std::move(bytes));
    if (!copy_content(source.handle_, handle_)) raise("replace");
}

void SqliteDatabase::save() {
    if (!in_memory_) return;
    if (on_disk_) return move_to_disk();
    storage::write_atomically(files_, file_, bytes());
}

void SqliteDatabase::move_to_disk() {
    const WipeScope wiping;  // the content has keys
    // SQLite would make the file with a dozen syncs, one after the other.
    auto content = bytes();
    set_log(content, Log::write_ahead);
    // A log that another file of this name has left would change the new one.
    for (const auto* const suffix : {"-wal", "-journal"}) {
        const auto log = file_.string() + suffix;
        if (!files_.exists(log)) continue;
        files_.remove(log);
        files_.sync_folder(file_.parent_path());
    }
    storage::write_atomically(files_, file_, content);
    if (sqlite3_close(handle_) != SQLITE_OK) raise("close");
    handle_ = nullptr;
    in_memory_ = false;
    open(file_.c_str(), SQLITE_OPEN_READWRITE);
    set_up({});
}

SqliteDatabase::~SqliteDatabase() {
    try {
        if (handle_ && !on_disk_) save();
    } catch (const StorageError& error) {
        log::warning("{}", error.what());
    }
    if (sqlite3_close(handle_) != SQLITE_OK)
        log::warning("closing {}: {}", file_.string(), sqlite3_errmsg(handle_));
}

void SqliteDatabase::raise(const std::string& what) const {
    const int code = sqlite3_errcode(handle_) & 0xff;  // without the extended part
    const bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR;
    throw StorageError("SQLiteDatabase: " + file_.string() + ": " + what + ": " +
                       sqlite3_errmsg(handle_) +
                       (damaged ? "; the file is damaged, restore it from a backup" : ""));
}

void SqliteDatabase::execute(const std::string& sql) {
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) raise(sql);
}

Statement SqliteDatabase::prepare(const std::string& sql) {
    return {*this, sql};
}

std::int64_t SqliteDatabase::pragma(const std::string& name) {
    auto statement = prepare("PRAGMA " + name);
    return statement.step() ? statement.integer(0) : 0;
}

void SqliteDatabase::copy_to(const std::filesystem::path& target) {
    sqlite3* copy = nullptr;
    const int opened = sqlite3_open(target.c_str(), &copy);
    const bool done = opened == SQLITE_OK && copy_content(handle_, copy);
    const std::string reason = sqlite3_errmsg(copy);
    sqlite3_close(copy);
    if (!done)
        throw StorageError("SQLiteDatabase: cannot write " + target.string() + ": " + reason);
}

Bytes read_closed_database(const std::filesystem::path& file) {
    const auto closing = [](sqlite3* handle) { sqlite3_close(handle); };
    make_memory_wiped();
    sqlite3* opened = nullptr;
    const int result = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
    const std::unique_ptr<sqlite3, decltype(closing)> handle(opened, closing);
    const auto raise = [&] {
        const int code = sqlite3_errcode(opened) & 0xff;  // without the extended part
        const bool is_in_use =
            code == SQLITE_BUSY || code == SQLITE_CANTOPEN || code == SQLITE_READONLY;
        throw StorageError(
            file.string() + ": " + sqlite3_errmsg(opened) +
            (is_in_use ? "; a program uses it, or has not closed it: end that program in order"
                       : ""));
    };
    // The transaction keeps others from writing meanwhile.
    if (result != SQLITE_OK || sqlite3_exec(opened, "BEGIN; SELECT count(*) FROM sqlite_schema",
                                            nullptr, nullptr, nullptr) != SQLITE_OK) {
        raise();
    }
    sqlite3_int64 size = 0;
    const std::unique_ptr<unsigned char, void (*)(void*)> copy(
        sqlite3_serialize(opened, "main", &size, 0), sqlite3_free);
    if (!copy) raise();
    return {copy.get(), copy.get() + size};
}

Statement::Statement(SqliteDatabase& database, const std::string& sql) : database_(database) {
    if (sqlite3_prepare_v2(database.handle_, sql.c_str(), -1, &handle_, nullptr) != SQLITE_OK)
        database.raise(sql);
}

Statement::~Statement() {
    sqlite3_finalize(handle_);
}

Statement& Statement::bind(int index, std::int64_t value) {
    if (sqlite3_bind_int64(handle_, index, value) != SQLITE_OK) database_.raise("bind");
    return *this;
}

Statement& Statement::bind(int index, ByteSpan blob) {
    // A null pointer would bind NULL instead of an empty blob.
    const void* data = blob.empty() ? "" : static_cast<const void*>(blob.data());
    if (sqlite3_bind_blob64(handle_, index, data, blob.size(), SQLITE_TRANSIENT) != SQLITE_OK)
        database_.raise("bind");
    return *this;
}

Statement& Statement::bind(int index, const std::string& text) {
    if (sqlite3_bind_text64(handle_, index, text.data(), text.size(), SQLITE_TRANSIENT,
                            SQLITE_UTF8) != SQLITE_OK) {
        database_.raise("bind");
    }
    return *this;
}

bool Statement::step() {
    const int result = sqlite3_step(handle_);
    if (result != SQLITE_ROW && result != SQLITE_DONE) database_.raise(sqlite3_sql(handle_));
    return result == SQLITE_ROW;
}

void Statement::run() {
    while (step()) {
    }
    reset();
}

void Statement::reset() {
    sqlite3_reset(handle_);
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_, column);
}

ByteSpan Statement::blob_view(int column) const {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
    return data ? ByteSpan(data, size) : ByteSpan();
}

Bytes Statement::blob(int column) const {
    const auto view = blob_view(column);
    return {view.begin(), view.end()};
}

std::uint32_t Statement::checksum(int columns, ByteWriter& scratch) const {
    scratch.clear();
    for (int i = 0; i < columns; ++i) {
        const int kind = sqlite3_column_type(handle_, i);
        if (kind == SQLITE_INTEGER) {
            // Not blob_view, which would change the value into its text.
            std::array<char, std::numeric_limits<std::int64_t>::digits10 + 3> text;
            const auto end = std::to_chars(text.begin(), text.end(), integer(i)).ptr;
            add_value(scratch, kind, as_bytes(std::string_view(text.begin(), end)));
        } else {
            add_value(scratch, kind, blob_view(i));
        }
    }
    return crypto::crc32c(scratch.view());
}

std::string Statement::text(int column) const {
    const Bytes bytes = blob(column);
    return std::string(as_text(bytes));
}

DatabaseTransaction::~DatabaseTransaction() {
    if (done_) return;
    try {
        database_.execute("ROLLBACK");
    } catch (const StorageError& error) {
        log::warning("{}", error.what());
    }
}

void DatabaseTransaction::commit() {
    database_.execute("COMMIT");
    done_ = true;
}

}  // namespace daler::wallet
