#include <daler/storage/file_lock.h>

#include <daler/util/storage_error.h>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

namespace daler::storage {

FileLock::FileLock(const std::filesystem::path& path)
    : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) {
        throw StorageError(fmt::format("Cannot write to {}: {}.", path.parent_path().string(),
                                       std::strerror(errno)));
    }
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        const int error = errno;
        ::close(descriptor_);
        if (error == EWOULDBLOCK) {
            throw StorageError(
                fmt::format("Cannot obtain a lock on folder {}: another daler is probably already "
                            "running there.",
                            path.parent_path().string()));
        }
        throw StorageError(fmt::format("Cannot lock {}: {}.", path.string(), std::strerror(error)));
    }
}

FileLock::~FileLock() {
    ::close(descriptor_);
}

bool FileLock::is_held(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    // A shared lock, so that two who ask at once do not see each other.
    const bool held = ::flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    ::close(descriptor);
    return held;
}

}  // namespace daler::storage
