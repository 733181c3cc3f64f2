#pragma once

#include <daler/storage/file_system.h>

#include <array>
#include <map>
#include <mutex>
#include <string>

namespace daler::storage {

/// The position of a record in a set of numbered files.
struct FilePosition {
    static constexpr std::uint32_t none = 0xffffffff;
    std::uint32_t file = none;  ///< the number in the file's name
    std::uint32_t offset = 0;   ///< of the payload, after magic and size

    [[nodiscard]] bool is_null() const { return file == none; }
    auto operator<=>(const FilePosition&) const = default;
};

/// XORed over the files, repeated from offset zero: so that virus scanners do not find the data
/// that miners put into blocks.
using XorKey = std::array<std::uint8_t, 8>;
void apply_xor(const XorKey& key, std::span<std::uint8_t> bytes, std::uint64_t offset);

/// Append-only files PREFIX00000.dat, PREFIX00001.dat ... of records `magic, size, payload`:
/// Bitcoin's framing. Reading: any thread. Everything else: one thread.
class FlatFiles {
public:
    static constexpr std::uint32_t frame_size = 8;  ///< magic and size before each payload

    struct Options {
        std::filesystem::path folder;
        std::string prefix;
        std::array<std::uint8_t, 4> magic{};
        XorKey xor_key{};
        std::uint64_t max_file_size = 128u << 20;  ///< a record beyond it starts a new file
        std::uint64_t reserve_step = 1u << 20;     ///< disk space is reserved in steps of this size
        std::string remedy;                        ///< what errors tell the user to do
    };

    /// Finds the existing files. The end of a file is its size until `truncate` changes it.
    FlatFiles(FileSystem& files, Options options);

    /// Appends a record to the last file, or to a new one if it would grow too large. `trailer` is
    /// written after the payload and not counted in the size.
    FilePosition append(ByteSpan payload, ByteSpan trailer = {});
    /// Appends to this file at any size.
    FilePosition append_to(std::uint32_t file, ByteSpan payload, ByteSpan trailer = {});

    /// `size` bytes from `position` on. Throws StorageError if the file has fewer.
    [[nodiscard]] Bytes read(FilePosition position, std::size_t size) const;
    /// The size in the frame before `position`. Throws StorageError if magic or file end are
    /// wrong.
    [[nodiscard]] std::uint32_t record_size(FilePosition position) const;

    /// The file, for scanning it raw (still XORed). Null if it does not exist.
    [[nodiscard]] std::shared_ptr<const File> raw(std::uint32_t file) const;

    /// Numbers of the files that exist, in ascending order.
    [[nodiscard]] std::vector<std::uint32_t> numbers() const;
    /// The offset after the last record of `file`; 0 if there is no such file.
    [[nodiscard]] std::uint64_t end(std::uint32_t file) const;
    /// The last file and the offset after its last record; null if there is no file.
    [[nodiscard]] FilePosition end() const;
    /// Removes what lies behind `end`: the rest of its file, and all later files.
    void cut_after(FilePosition end);
    /// Cuts `file` at `end`.
    void truncate(std::uint32_t file, std::uint64_t end);
    void remove(std::uint32_t file);

    /// Says that content of `file` from an earlier process may not be safe from a power cut yet:
    /// the next `sync` includes it.
    void mark_unsynced(std::uint32_t file);
    /// Makes the records appended so far safe from a power cut.
    void sync();
    /// Bytes of all files. Any thread.
    [[nodiscard]] std::uint64_t total_size() const;

    [[nodiscard]] std::filesystem::path path(std::uint32_t file) const;
    [[nodiscard]] const XorKey& xor_key() const { return options_.xor_key; }

private:
    struct State {
        std::uint64_t end = 0;
        std::uint64_t reserved = 0;
        bool dirty = false;
        std::shared_ptr<File> handle;
        std::uint64_t last_use = 0;
    };

    std::shared_ptr<File> handle(std::uint32_t file, bool create) const;
    void close_oldest_handle() const;
    [[noreturn]] void fail(std::uint32_t file, const std::string& what) const;

    FileSystem& files_;
    const Options options_;
    mutable std::mutex mutex_;  ///< guards states_ and uses_: readers open files too
    mutable std::map<std::uint32_t, State> states_;
    mutable std::uint64_t uses_ = 0;
    bool folder_dirty_ = false;
    Bytes buffer_;  ///< of append
};

}  // namespace daler::storage
