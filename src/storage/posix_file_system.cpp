#include <daler/storage/file_system.h>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace daler::storage {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* action) {
    const int error = errno;
    const char* advice = error == ENOSPC || error == EDQUOT ? " Make room." : "";
    throw StorageError(
        fmt::format("{}: cannot {}: {}.{}", path.string(), action, std::strerror(error), advice));
}

// The kernel is asked to write to the disk in parts of this size, so that a later sync has little
// to wait for.
constexpr std::size_t write_out_size = 1u << 20;

class PosixFile final : public File {
public:
    PosixFile(std::filesystem::path path, OpenMode mode) : path_(std::move(path)) {
        const int access = mode == OpenMode::read    ? O_RDONLY
                           : mode == OpenMode::write ? O_RDWR
                                                     : O_RDWR | O_CREAT;
        descriptor_ = ::open(path_.c_str(), access | O_CLOEXEC, 0600);
        // A rebuild only reads most of the files, so a file that may not be written is opened for
        // reading.
        if (descriptor_ < 0 && mode == OpenMode::write && is_refusal(errno)) {
            refusal_ = errno;
            descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
        }
        if (descriptor_ < 0) fail(path_, "open");
    }
    ~PosixFile() override { ::close(descriptor_); }
    PosixFile(const PosixFile&) = delete;
    PosixFile& operator=(const PosixFile&) = delete;

    void write(ByteSpan data, std::uint64_t offset) override {
        require_writable();
        not_started_ += data.size();
        while (!data.empty()) {
            const auto done =
                ::pwrite(descriptor_, data.data(), data.size(), static_cast<off_t>(offset));
            if (done < 0) {
                if (errno == EINTR) continue;
                fail(path_, "write");
            }
            data = data.subspan(static_cast<std::size_t>(done));
            offset += static_cast<std::uint64_t>(done);
        }
        if (not_started_ < write_out_size) return;
        not_started_ = 0;
        // A hint: `sync` reports errors.
        ::sync_file_range(descriptor_, 0, 0, SYNC_FILE_RANGE_WRITE);
    }

    std::size_t read(std::span<std::uint8_t> out, std::uint64_t offset) const override {
        std::size_t total = 0;
        while (total < out.size()) {
            const auto done = ::pread(descriptor_, out.data() + total, out.size() - total,
                                      static_cast<off_t>(offset + total));
            if (done < 0) {
                if (errno == EINTR) continue;
                fail(path_, "read");
            }
            if (done == 0) break;
            total += static_cast<std::size_t>(done);
        }
        return total;
    }

    void sync() override {
        if (::fdatasync(descriptor_) != 0) fail(path_, "sync");
    }

    void truncate(std::uint64_t size) override {
        require_writable();
        if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) fail(path_, "truncate");
    }

    void reserve(std::uint64_t size) override {
        require_writable();
        // The size does not change: after a restart it is the end of the records.
        if (::fallocate(descriptor_, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(size)) == 0) return;
        if (errno == ENOSPC || errno == EDQUOT) fail(path_, "grow");
    }

    std::uint64_t size() const override {
        struct stat info {};
        if (::fstat(descriptor_, &info) != 0) fail(path_, "examine");
        return static_cast<std::uint64_t>(info.st_size);
    }

private:
    static bool is_refusal(int error) {
        return error == EACCES || error == EPERM || error == EROFS || error == ETXTBSY;
    }
    void require_writable() const {
        if (refusal_ == 0) return;
        errno = refusal_;
        fail(path_, "write");
    }

    std::filesystem::path path_;
    int descriptor_;
    int refusal_ = 0;              ///< why it was opened for reading only
    std::size_t not_started_ = 0;  ///< bytes written since the last sync_file_range
};

class PosixFileSystem final : public FileSystem {
public:
    std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override {
        return std::make_unique<PosixFile>(path, mode);
    }

    void rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
        if (::rename(from.c_str(), to.c_str()) != 0) fail(from, "rename");
    }

    void remove(const std::filesystem::path& path) override {
        if (std::remove(path.c_str()) != 0 && errno != ENOENT) fail(path, "remove");
    }

    bool exists(const std::filesystem::path& path) const override {
        struct stat info {};
        if (::stat(path.c_str(), &info) == 0) return true;
        if (errno != ENOENT && errno != ENOTDIR) fail(path, "examine");
        return false;
    }

    std::vector<std::string> list(const std::filesystem::path& folder) const override {
        std::vector<std::string> names;
        if (!exists(folder)) return names;
        try {
            for (const auto& entry : std::filesystem::directory_iterator(folder))
                names.push_back(entry.path().filename().string());
        } catch (const std::filesystem::filesystem_error& error) {
            throw StorageError(
                fmt::format("{}: cannot list: {}.", folder.string(), error.code().message()));
        }
        std::ranges::sort(names);
        return names;
    }

    void create_folders(const std::filesystem::path& folder) override {
        std::vector<std::filesystem::path> parents;  // of the new folders
        for (auto path = folder; path.has_relative_path() && !exists(path);) {
            path = path.parent_path();
            parents.push_back(path);
        }
        std::error_code error;
        std::filesystem::create_directories(folder, error);
        if (error) {
            throw StorageError(
                fmt::format("{}: cannot create the folder: {}.", folder.string(), error.message()));
        }
        for (const auto& parent : parents)
            sync_folder(parent);
    }

    void sync_folder(const std::filesystem::path& folder) override {
        const auto& path = folder.empty() ? std::filesystem::path(".") : folder;
        const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (descriptor < 0) fail(path, "open");
        const int result = ::fsync(descriptor);
        const int error = errno;
        ::close(descriptor);
        errno = error;
        // Some file systems cannot sync a folder and return this error. It is ignored.
        if (result != 0 && error != EINVAL) fail(path, "sync");
    }

    std::uint64_t free_space(const std::filesystem::path& folder) const override {
        struct statvfs info {};
        if (::statvfs(folder.c_str(), &info) != 0) fail(folder, "examine");
        return std::uint64_t{info.f_bavail} * info.f_frsize;
    }
};

}  // namespace

FileSystem& real_file_system() {
    static PosixFileSystem instance;
    return instance;
}

}  // namespace daler::storage
