#include <daler/storage/database.h>

#include <daler/util/log.h>

#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/env.h>
#include <leveldb/filter_policy.h>
#include <leveldb/helpers/memenv.h>
#include <leveldb/write_batch.h>

#include <cstdarg>
#include <cstdio>

namespace daler::storage {
namespace {

constexpr int bloom_bits_per_key = 10;
constexpr int max_open_files = 1000;
// LevelDB does not touch files with names like this one.
constexpr std::string_view wipe_mark_name = "WIPE";
// LevelDB writes this file before CURRENT when it makes a database, and removes it afterwards.
constexpr std::string_view first_manifest = "MANIFEST-000001";
// Fewer, larger tables than LevelDB's 2 MiB: a coin database of gigabytes has thousands otherwise.
constexpr std::size_t table_size = 16u << 20;

leveldb::Slice slice(ByteSpan bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

ByteSpan span(const leveldb::Slice& bytes) {
    return as_bytes({bytes.data(), bytes.size()});
}

/// Writes LevelDB's messages to our debug log instead of a file in the database's folder.
class LogLines final : public leveldb::Logger {
public:
    void Logv(const char* format, std::va_list arguments) override {
        if (!log::enabled(log::Category::leveldb, log::Level::debug)) return;
        std::array<char, 500> line;
        const int size = std::vsnprintf(line.data(), line.size(), format, arguments);
        if (size <= 0) return;
        const auto length = std::min(static_cast<std::size_t>(size), line.size() - 1);
        log::debug(log::Category::leveldb, "{}", std::string_view(line.data(), length));
    }
};

}  // namespace

struct Database::Impl {
    Options options;
    LogLines logger;
    std::unique_ptr<leveldb::Env> memory;
    std::unique_ptr<leveldb::Cache> cache;
    std::unique_ptr<const leveldb::FilterPolicy> filter;
    std::unique_ptr<leveldb::DB> db;
    leveldb::ReadOptions read_options;

    void check(const leveldb::Status& status) const {
        if (status.ok()) return;
        throw StorageError("Database " + options.folder.string() + ": " + status.ToString() + ". " +
                           options.remedy);
    }

    leveldb::ReadOptions reading(const Snapshot* snapshot) const {
        auto out = read_options;
        if (snapshot) out.snapshot = static_cast<const leveldb::Snapshot*>(snapshot->snapshot_);
        return out;
    }

    /// Whether the folder has a database. An interrupted creation does not count. A database
    /// without the file that names its tables is damaged, not new.
    bool has_database(leveldb::Env& env) const {
        const auto name = options.folder.string();
        std::vector<std::string> files;
        if (const auto status = env.GetChildren(name, &files); !status.ok()) {
            if (!status.IsNotFound()) check(status);
            return false;
        }
        if (std::ranges::find(files, "CURRENT") != files.end()) return true;
        const bool is_damaged = std::ranges::any_of(files, [](const std::string& file) {
            const bool is_first_manifest = file == first_manifest;
            return file.ends_with(".ldb") || file.ends_with(".log") ||
                   (file.starts_with("MANIFEST") && !is_first_manifest);
        });
        if (is_damaged) {
            throw StorageError("Database " + name + ": its file CURRENT is missing. " +
                               options.remedy);
        }
        return false;
    }

    /// Makes the file names of the database safe from a power cut. LevelDB does not sync them
    /// after it has replaced CURRENT. A power cut may restore the old CURRENT, and with it the
    /// logs of a killed process without the data that this process had not synced.
    [[nodiscard]] leveldb::Status sync_names(leveldb::Env& env) const {
        const auto name = options.folder.string();
        std::string manifest;
        if (auto status = leveldb::ReadFileToString(&env, name + "/CURRENT", &manifest);
            !status.ok())
            return status;
        if (manifest.ends_with('\n')) manifest.pop_back();
        manifest = name + "/" + manifest;
        // To open a file that does not exist would make one.
        if (!env.FileExists(manifest)) return leveldb::Status::NotFound(manifest);
        // An Env has no call for this, but it syncs the folder when it syncs a manifest.
        leveldb::WritableFile* file = nullptr;
        auto status = env.NewAppendableFile(manifest, &file);
        if (!status.ok()) return status;
        const std::unique_ptr<leveldb::WritableFile> owned(file);
        return owned->Sync();
    }

    [[nodiscard]] std::string wipe_mark() const {
        return (options.folder / wipe_mark_name).string();
    }

    /// Deletes the database if that is wanted or was begun. Half a database looks like a damaged
    /// one, so a mark says that its deletion has begun.
    void wipe_if_due(leveldb::Env& env, const leveldb::Options& settings) const {
        const auto name = options.folder.string();
        if (!options.wipe && !env.FileExists(wipe_mark())) return;
        if (env.FileExists(name + "/CURRENT")) {
            check(leveldb::WriteStringToFile(&env, "", wipe_mark()));
            // A damaged database need not have all that this needs.
            (void)sync_names(env);
        }
        check(leveldb::DestroyDB(name, settings));
    }

    /// To be called when the new database is there: no other moment has the deletion of the old
    /// one on disk for certain.
    void remove_wipe_mark(leveldb::Env& env) const {
        if (!env.FileExists(wipe_mark())) return;
        check(env.RemoveFile(wipe_mark()));
        check(sync_names(env));
    }
};

Database::Database(Options options) : impl_(std::make_unique<Impl>()) {
    impl_->options = std::move(options);
    const auto& wanted = impl_->options;
    leveldb::Options settings;
    auto* env = wanted.env ? wanted.env : leveldb::Env::Default();
    if (wanted.in_memory) {
        impl_->memory.reset(leveldb::NewMemEnv(env));
        env = impl_->memory.get();
    }
    impl_->cache.reset(leveldb::NewLRUCache(wanted.cache_bytes / 2));
    if (wanted.bloom_filter) impl_->filter.reset(leveldb::NewBloomFilterPolicy(bloom_bits_per_key));
    settings.env = env;
    settings.paranoid_checks = true;
    settings.info_log = &impl_->logger;
    // Two write buffers may be full at once: one being filled, one being written to the disk.
    settings.write_buffer_size = wanted.cache_bytes / 4;
    settings.block_cache = impl_->cache.get();
    settings.filter_policy = impl_->filter.get();
    settings.compression = leveldb::kNoCompression;
    settings.max_open_files = max_open_files;
    settings.max_file_size = table_size;
    impl_->read_options.verify_checksums = true;

    const auto name = wanted.folder.string();
    if (!wanted.in_memory && !wanted.env) {
        std::error_code error;
        std::filesystem::create_directories(wanted.folder, error);
        if (error)
            throw StorageError(name + ": cannot create the folder: " + error.message() + ".");
    }
    impl_->wipe_if_due(*env, settings);
    // LevelDB would make a new database if it does not find the old one.
    const bool has_database = impl_->has_database(*env);
    settings.create_if_missing = !has_database;
    leveldb::DB* db = nullptr;
    impl_->check(leveldb::DB::Open(settings, name, &db));
    impl_->db.reset(db);
    if (has_database && !wanted.in_memory) impl_->check(impl_->sync_names(*env));
    impl_->remove_wipe_mark(*env);
}

Database::~Database() = default;

bool Database::get(ByteSpan key, std::string& value, const Snapshot* snapshot) const {
    const auto status = impl_->db->Get(impl_->reading(snapshot), slice(key), &value);
    if (status.IsNotFound()) return false;
    impl_->check(status);
    return true;
}

std::optional<Bytes> Database::get(ByteSpan key) const {
    std::string value;
    if (!get(key, value)) return std::nullopt;
    const auto bytes = as_bytes(value);
    return Bytes(bytes.begin(), bytes.end());
}

void Database::put(ByteSpan key, ByteSpan value, bool sync) {
    leveldb::WriteOptions options;
    options.sync = sync;
    impl_->check(impl_->db->Put(options, slice(key), slice(value)));
}

void Database::erase(ByteSpan key, bool sync) {
    leveldb::WriteOptions options;
    options.sync = sync;
    impl_->check(impl_->db->Delete(options, slice(key)));
}

struct Database::Batch::Impl {
    leveldb::WriteBatch batch;
};

Database::Batch::Batch() : impl_(std::make_unique<Impl>()) {}
Database::Batch::~Batch() = default;
Database::Batch::Batch(Batch&&) noexcept = default;
Database::Batch& Database::Batch::operator=(Batch&&) noexcept = default;
void Database::Batch::put(ByteSpan key, ByteSpan value) {
    impl_->batch.Put(slice(key), slice(value));
}
void Database::Batch::erase(ByteSpan key) {
    impl_->batch.Delete(slice(key));
}
void Database::Batch::clear() {
    impl_->batch.Clear();
}
std::size_t Database::Batch::size() const {
    return impl_->batch.ApproximateSize();
}

void Database::write(const Batch& batch, bool sync) {
    leveldb::WriteOptions options;
    options.sync = sync;
    impl_->check(impl_->db->Write(options, &batch.impl_->batch));
}

Database::Snapshot::Snapshot(const Database& database)
    : database_(database), snapshot_(database.impl_->db->GetSnapshot()) {}

Database::Snapshot::~Snapshot() {
    database_.impl_->db->ReleaseSnapshot(static_cast<const leveldb::Snapshot*>(snapshot_));
}

std::unique_ptr<Database::Snapshot> Database::snapshot() const {
    return std::unique_ptr<Snapshot>(new Snapshot(*this));
}

struct Database::Iterator::Impl {
    const Database::Impl& database;
    std::unique_ptr<leveldb::Iterator> iterator;
};

Database::Iterator::Iterator(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Database::Iterator::~Iterator() = default;
Database::Iterator::Iterator(Iterator&&) noexcept = default;

void Database::Iterator::seek(ByteSpan key) {
    impl_->iterator->Seek(slice(key));
}
void Database::Iterator::next() {
    impl_->iterator->Next();
}

bool Database::Iterator::valid() const {
    if (impl_->iterator->Valid()) return true;
    impl_->database.check(impl_->iterator->status());
    return false;
}

ByteSpan Database::Iterator::key() const {
    return span(impl_->iterator->key());
}
ByteSpan Database::Iterator::value() const {
    return span(impl_->iterator->value());
}

Database::Iterator Database::iterate(const Snapshot* snapshot) const {
    auto options = impl_->reading(snapshot);
    options.fill_cache = false;
    std::unique_ptr<leveldb::Iterator> iterator(impl_->db->NewIterator(options));
    iterator->SeekToFirst();
    return Iterator(std::make_unique<Iterator::Impl>(Iterator::Impl{*impl_, std::move(iterator)}));
}

std::uint64_t Database::estimate_size(ByteSpan from, ByteSpan to) const {
    const leveldb::Range range(slice(from), slice(to));
    std::uint64_t size = 0;
    impl_->db->GetApproximateSizes(&range, 1, &size);
    return size;
}

}  // namespace daler::storage
