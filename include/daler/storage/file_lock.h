#pragma once

#include <filesystem>

namespace daler::storage {

/// Keeps a second process out of a folder during the lifetime of the object. The lock belongs to
/// the process: a crash releases it, and the file that remains does no harm.
class FileLock {
public:
    /// Locks `path` (created if missing). Throws StorageError: the folder is in use, or cannot be
    /// written.
    explicit FileLock(const std::filesystem::path& path);
    ~FileLock();
    /// Whether a lock of some process is held on `path`; false if there is no such file.
    [[nodiscard]] static bool is_held(const std::filesystem::path& path);
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

private:
    int descriptor_;
};

}  // namespace daler::storage
