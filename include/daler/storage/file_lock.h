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
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

private:
    int descriptor_;
};

}  // namespace daler::storage
