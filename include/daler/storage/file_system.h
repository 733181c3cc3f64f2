#pragma once

#include <daler/encoding/bytes.h>
#include <daler/util/storage_error.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace daler::storage {

/// An open file. Any thread may read at any time; other calls come from one thread at a time. A
/// failure throws StorageError with the file's path.
class File {
public:
    virtual ~File() = default;
    /// Writes all of `data` at `offset`; when it returns the bytes have reached the kernel.
    virtual void write(ByteSpan data, std::uint64_t offset) = 0;
    /// Reads up to out.size() bytes at `offset`; fewer only at the end of the file.
    [[nodiscard]] virtual std::size_t read(std::span<std::uint8_t> out,
                                           std::uint64_t offset) const = 0;
    /// Waits until everything written has reached the disk.
    virtual void sync() = 0;
    virtual void truncate(std::uint64_t size) = 0;
    /// Reserves disk space for the bytes up to `size` without changing the file's size; a hint.
    virtual void reserve(std::uint64_t size) = 0;
    [[nodiscard]] virtual std::uint64_t size() const = 0;
};

enum class OpenMode : std::uint8_t { read, write, create };  ///< create: write, made if missing

/// The file operations of this program; tests use one that fails or loses data. Thread-safe. A
/// failure throws StorageError, which names the path.
class FileSystem {
public:
    virtual ~FileSystem() = default;
    [[nodiscard]] virtual std::unique_ptr<File> open(const std::filesystem::path& path,
                                                     OpenMode mode) = 0;
    /// Atomically replaces `to` by `from`.
    virtual void rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
    /// Removes a file or an empty folder; one that does not exist is fine.
    virtual void remove(const std::filesystem::path& path) = 0;
    [[nodiscard]] virtual bool exists(const std::filesystem::path& path) const = 0;
    /// Names (not paths) of the files and folders in `folder`, sorted; none if there is no such
    /// folder. In memory a folder exists while there is a file in it.
    [[nodiscard]] virtual std::vector<std::string> list(
        const std::filesystem::path& folder) const = 0;
    /// Makes a folder and those around it, if they are missing; a power cut does not remove them.
    virtual void create_folders(const std::filesystem::path& folder) = 0;
    /// Makes new, renamed and removed names in `folder` safe from a power cut.
    virtual void sync_folder(const std::filesystem::path& folder) = 0;
    /// Bytes that may still be written below `folder`.
    [[nodiscard]] virtual std::uint64_t free_space(const std::filesystem::path& folder) const = 0;
};

/// The operating system's files.
[[nodiscard]] FileSystem& real_file_system();
/// Files in memory, which exist as long as the returned object: for temporary nodes and tests.
[[nodiscard]] std::unique_ptr<FileSystem> memory_file_system();

/// The whole file, or nothing if there is none.
[[nodiscard]] std::optional<Bytes> read_file(FileSystem& files, const std::filesystem::path& path);

/// Replaces `path` by `bytes`: after a crash it has either the whole old or the whole new content
/// (temporary file, fsync, rename, fsync of the folder).
void write_atomically(FileSystem& files, const std::filesystem::path& path, ByteSpan bytes);

/// Copies a file, also from one file system to another. `to` must not exist. A power cut does not
/// remove the copy.
void copy_file(FileSystem& from_files, const std::filesystem::path& from, FileSystem& to_files,
               const std::filesystem::path& to);

/// The paths of the files called `name` in `folder` and up to `depth` folders below it. Folders
/// that cannot be read are left out.
[[nodiscard]] std::vector<std::filesystem::path> find_files(const FileSystem& files,
                                                            const std::filesystem::path& folder,
                                                            std::string_view name, int depth);

/// The space that is left free on every disk, so that databases can still write.
inline constexpr std::uint64_t min_free_space = 50u << 20;

/// Throws StorageError unless `need` more bytes fit below `folder` and min_free_space stays free.
void require_free_space(const FileSystem& files, const std::filesystem::path& folder,
                        std::uint64_t need);

}  // namespace daler::storage
