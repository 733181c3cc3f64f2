#pragma once

#include <daler/encoding/bytes.h>
#include <daler/storage/file_system.h>
#include <daler/util/storage_error.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace daler::wallet {

class Statement;

/// Another process holds a file.
class DatabaseInUse : public StorageError {
public:
    using StorageError::StorageError;
};

/// One SQLite file, held exclusively while open and durable at each commit. A new file is in memory
/// until `save`. A file of another file system than the real one is in memory while it is open, and
/// changes only by `save` and when it is closed. Throws StorageError. Its SQL has a function
/// `row_checksum(VALUES...)`, a CRC-32C over its values.
class SqliteDatabase {
public:
    /// Opens the file or, if `create`, makes a new one, which must not exist. Throws DatabaseInUse
    /// if another process holds it.
    SqliteDatabase(storage::FileSystem& files, const std::filesystem::path& file, bool create);
    ~SqliteDatabase();
    SqliteDatabase(const SqliteDatabase&) = delete;
    SqliteDatabase& operator=(const SqliteDatabase&) = delete;

    void execute(const std::string& sql);
    [[nodiscard]] Statement prepare(const std::string& sql);
    [[nodiscard]] std::int64_t pragma(const std::string& name);
    /// The content of the file as it would be without a write-ahead log.
    [[nodiscard]] Bytes bytes();
    /// Replaces the whole content by that of another file, in one commit.
    void replace(Bytes bytes);
    /// Stores what is in memory; on disk each commit has done it. A new file is on disk from then
    /// on, and a power cut leaves all of it or nothing. Requires: no statement exists.
    void save();
    /// Writes a consistent copy to another file, on disk.
    void copy_to(const std::filesystem::path& target);

private:
    friend class Statement;
    [[noreturn]] void raise(const std::string& what) const;
    void open(const char* name, int flags);
    void set_up(std::optional<Bytes> content);
    void lock_file();
    void move_to_disk();
    void load_bytes(Bytes bytes);

    storage::FileSystem& files_;
    const bool on_disk_;
    bool in_memory_;
    std::filesystem::path file_;
    sqlite3* handle_ = nullptr;
};

/// The content of a SQLite file that may be another program's, which is not changed. Throws
/// StorageError also if another process is writing it, or has ended before it was done with that.
[[nodiscard]] Bytes read_closed_database(const std::filesystem::path& file);

/// A prepared statement: bind 1-based parameters, then `step` through the rows.
class Statement {
public:
    Statement(SqliteDatabase& database, const std::string& sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    Statement& bind(int index, std::int64_t value);
    Statement& bind(int index, ByteSpan blob);
    Statement& bind(int index, const std::string& text);

    /// True if there is a row.
    bool step();
    /// Runs to the end and resets the statement for new parameters.
    void run();

    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] Bytes blob(int column) const;
    /// The same without a copy, until the next step.
    [[nodiscard]] ByteSpan blob_view(int column) const;
    [[nodiscard]] std::string text(int column) const;
    /// row_checksum of the first `columns` columns, in `scratch`.
    [[nodiscard]] std::uint32_t checksum(int columns, ByteWriter& scratch) const;
    /// Makes it ready for new parameters.
    void reset();

private:
    SqliteDatabase& database_;
    sqlite3_stmt* handle_ = nullptr;
};

/// Rolls back unless committed.
class DatabaseTransaction {
public:
    explicit DatabaseTransaction(SqliteDatabase& database) : database_(database) {
        database_.execute("BEGIN IMMEDIATE");
    }
    ~DatabaseTransaction();
    DatabaseTransaction(const DatabaseTransaction&) = delete;
    DatabaseTransaction& operator=(const DatabaseTransaction&) = delete;
    void commit();

private:
    SqliteDatabase& database_;
    bool done_ = false;
};

}  // namespace daler::wallet
