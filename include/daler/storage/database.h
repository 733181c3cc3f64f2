#pragma once

#include <daler/encoding/bytes.h>
#include <daler/util/storage_error.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace leveldb {
class Env;
}

namespace daler::storage {

/// A folder of sorted keys and values (LevelDB). Any thread may read and write. A failure throws
/// StorageError, which names the folder and the remedy.
class Database {
public:
    struct Options {
        std::filesystem::path folder;
        std::size_t cache_bytes = 2u << 20;  ///< blocks and write buffers together
        bool in_memory = false;              ///< no files on disk
        bool wipe = false;                   ///< delete an existing database first
        bool bloom_filter = true;            ///< makes look-ups of missing keys cheap
        std::string remedy;                  ///< what errors tell the user to do: "-reindex"
        leveldb::Env* env = nullptr;         ///< instead of the operating system's files
    };

    explicit Database(Options options);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Changes that are applied together or not at all.
    class Batch {
    public:
        Batch();
        ~Batch();
        Batch(Batch&&) noexcept;
        Batch& operator=(Batch&&) noexcept;
        void put(ByteSpan key, ByteSpan value);
        void erase(ByteSpan key);
        void clear();
        /// About as many bytes as writing it will take.
        [[nodiscard]] std::size_t size() const;

    private:
        friend class Database;
        struct Impl;
        std::unique_ptr<Impl> impl_;
    };

    /// The database as it was when the snapshot was taken.
    class Snapshot {
    public:
        ~Snapshot();
        Snapshot(const Snapshot&) = delete;
        Snapshot& operator=(const Snapshot&) = delete;

    private:
        friend class Database;
        explicit Snapshot(const Database& database);
        const Database& database_;
        const void* snapshot_;
    };

    /// Iterates over the keys in the order of their bytes, as they were when the iterator was
    /// made. A view of key or value is valid until the next step.
    class Iterator {
    public:
        ~Iterator();
        Iterator(Iterator&&) noexcept;
        /// Moves to the first key that is not less than `key`.
        void seek(ByteSpan key);
        void next();
        /// False at the end. Throws StorageError if the data is damaged.
        [[nodiscard]] bool valid() const;
        [[nodiscard]] ByteSpan key() const;
        [[nodiscard]] ByteSpan value() const;

    private:
        friend class Database;
        struct Impl;
        explicit Iterator(std::unique_ptr<Impl> impl);
        std::unique_ptr<Impl> impl_;
    };

    /// Reads `key` into `value` (whose memory is reused); false if there is no such key.
    [[nodiscard]] bool get(ByteSpan key, std::string& value,
                           const Snapshot* snapshot = nullptr) const;
    [[nodiscard]] std::optional<Bytes> get(ByteSpan key) const;
    void put(ByteSpan key, ByteSpan value, bool sync = false);
    void erase(ByteSpan key, bool sync = false);
    /// `sync`: wait until this and all earlier writes are safe from a power cut.
    void write(const Batch& batch, bool sync = false);

    [[nodiscard]] std::unique_ptr<Snapshot> snapshot() const;
    /// Starts at the first key. The data that it reads does not go into the cache.
    [[nodiscard]] Iterator iterate(const Snapshot* snapshot = nullptr) const;

    /// About how many bytes on disk the keys in [from, to) take.
    [[nodiscard]] std::uint64_t estimate_size(ByteSpan from, ByteSpan to) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace daler::storage
