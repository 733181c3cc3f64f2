#include <daler/storage/file_system.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <shared_mutex>

namespace daler::storage {
namespace {

struct Content {
    mutable std::shared_mutex mutex;  ///< guards bytes
    Bytes bytes;
};

class MemoryFile final : public File {
public:
    explicit MemoryFile(std::shared_ptr<Content> content) : content_(std::move(content)) {}

    void write(ByteSpan data, std::uint64_t offset) override {
        const std::unique_lock lock(content_->mutex);
        const auto from = static_cast<std::size_t>(offset);
        if (content_->bytes.size() < from + data.size()) content_->bytes.resize(from + data.size());
        std::ranges::copy(data, content_->bytes.begin() + static_cast<std::ptrdiff_t>(from));
    }

    std::size_t read(std::span<std::uint8_t> out, std::uint64_t offset) const override {
        const std::shared_lock lock(content_->mutex);
        if (offset >= content_->bytes.size()) return 0;
        const auto from = static_cast<std::size_t>(offset);
        const std::size_t size = std::min(out.size(), content_->bytes.size() - from);
        std::copy_n(content_->bytes.begin() + static_cast<std::ptrdiff_t>(from), size, out.begin());
        return size;
    }

    void sync() override {}
    void reserve(std::uint64_t) override {}

    void truncate(std::uint64_t size) override {
        const std::unique_lock lock(content_->mutex);
        content_->bytes.resize(static_cast<std::size_t>(size));
    }

    std::uint64_t size() const override {
        const std::shared_lock lock(content_->mutex);
        return content_->bytes.size();
    }

private:
    std::shared_ptr<Content> content_;
};

class MemoryFileSystem final : public FileSystem {
public:
    std::unique_ptr<File> open(const std::filesystem::path& path, OpenMode mode) override {
        const std::lock_guard lock(mutex_);
        auto found = files_.find(path);
        if (found == files_.end()) {
            if (mode != OpenMode::create)
                throw StorageError(fmt::format("{}: no such file.", path.string()));
            found = files_.emplace(path, std::make_shared<Content>()).first;
        }
        return std::make_unique<MemoryFile>(found->second);
    }

    void rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
        const std::lock_guard lock(mutex_);
        auto node = files_.extract(from);
        if (node.empty()) throw StorageError(fmt::format("{}: no such file.", from.string()));
        files_.erase(to);
        node.key() = to;
        files_.insert(std::move(node));
    }

    void remove(const std::filesystem::path& path) override {
        const std::lock_guard lock(mutex_);
        files_.erase(path);
    }

    bool exists(const std::filesystem::path& path) const override {
        const std::lock_guard lock(mutex_);
        const auto found = first_in(path);
        return found != files_.end() && name_below(path, found->first).has_value();
    }

    std::vector<std::string> list(const std::filesystem::path& folder) const override {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> names;
        for (auto file = first_in(folder); file != files_.end(); ++file) {
            const auto name = name_below(folder, file->first);
            if (!name) break;
            // The files of one folder follow each other.
            if (!name->empty() && (names.empty() || names.back() != *name)) names.push_back(*name);
        }
        return names;
    }

    void create_folders(const std::filesystem::path&) override {}
    void sync_folder(const std::filesystem::path&) override {}
    std::uint64_t free_space(const std::filesystem::path&) const override {
        return std::uint64_t{1} << 50;
    }

private:
    using Files = std::map<std::filesystem::path, std::shared_ptr<Content>>;

    /// The file `path`, or the first in that folder; another one if there is neither: paths are
    /// sorted by their parts.
    Files::const_iterator first_in(const std::filesystem::path& path) const {
        return files_.lower_bound(path.has_filename() ? path : path.parent_path());
    }

    /// The part of `path` after `folder`; empty if they are the same, nothing if `path` is
    /// elsewhere.
    static std::optional<std::string> name_below(const std::filesystem::path& folder,
                                                 const std::filesystem::path& path) {
        auto part = path.begin();
        for (const auto& above : folder) {
            if (above.empty()) break;  // behind a slash at the end
            if (part == path.end() || *part != above) return std::nullopt;
            ++part;
        }
        return part == path.end() ? std::string{} : part->string();
    }

    mutable std::mutex mutex_;  ///< guards files_
    Files files_;
};

}  // namespace

std::unique_ptr<FileSystem> memory_file_system() {
    return std::make_unique<MemoryFileSystem>();
}

}  // namespace daler::storage
