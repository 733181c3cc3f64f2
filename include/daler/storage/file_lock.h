#pragma once

#include <filesystem>

namespace daler::storage {

/// Keeps a second process out of a folder for as long as the object lives. The lock belongs to the
/// process: a crash releases it, a stale file means nothing.
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
