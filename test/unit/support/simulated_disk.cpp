#include "simulated_disk.h"

#include "simulated_env.h"

#include <fmt/format.h>

namespace daler::test {
namespace {

// After a power cut the new size of a file can be kept while bytes after its old end are lost, in
// the block of the old end.
constexpr std::size_t disk_block = 4096;

}  // namespace

std::string_view SimulatedDisk::name_of(Operation operation) {
    constexpr std::array names{"read", "write", "sync", "create", "rename", "remove"};
    return names[static_cast<std::size_t>(operation)];
}

void SimulatedDisk::Change::apply_to(Bytes& content) const {
    const auto begin = static_cast<std::size_t>(offset);
    if (bytes.empty()) {
        content.resize(begin);
        return;
    }
    if (content.size() < begin + bytes.size()) content.resize(begin + bytes.size());
    std::ranges::copy(bytes, content.begin() + static_cast<std::ptrdiff_t>(begin));
}

void SimulatedDisk::Folder::apply(const Rename& change, std::map<std::string, ContentRef>& names) {
    for (const auto& [name, content] : change)
        if (content)
            names[name] = content;
        else
            names.erase(name);
}

SimulatedDisk::SimulatedDisk(std::uint64_t seed)
    : random_(seed), env_(std::make_unique<Env>(*this)) {}

SimulatedDisk::~SimulatedDisk() = default;

void SimulatedDisk::set_fault(std::optional<Fault> fault) {
    const std::lock_guard lock(mutex_);
    fault_ = fault;
    counts_.clear();
    has_failed_ = false;
}

bool SimulatedDisk::has_failed() const {
    const std::lock_guard lock(mutex_);
    return has_failed_;
}

void SimulatedDisk::step(Operation operation, const std::filesystem::path& path) const {
    ++counts_[operation];
    if (!fault_) return;
    const bool is_it = operation == fault_->kind && counts_[operation] == fault_->number;
    if (!is_it && !(has_failed_ && fault_->permanent)) return;
    has_failed_ = true;
    throw StorageError(
        fmt::format("{}: cannot {}: Input/output error.", path.string(), name_of(operation)));
}

std::unique_ptr<SimulatedDisk> SimulatedDisk::after_crash() const {
    const std::lock_guard lock(mutex_);
    auto left = std::make_unique<SimulatedDisk>();
    std::map<ContentRef, ContentRef> copies;
    const auto copy = [&copies](const ContentRef& content) {
        if (!content) return content;
        auto& made = copies[content];
        if (!made) made = std::make_shared<Content>(*content);
        return made;
    };
    left->folders_ = folders_;
    for (auto& [path, folder] : left->folders_) {
        for (auto* names : {&folder.now, &folder.synced})
            for (auto& [name, content] : *names)
                content = copy(content);
        for (auto& change : folder.unsynced)
            for (auto& [name, content] : change)
                content = copy(content);
    }
    return left;
}

Bytes SimulatedDisk::left_of(const Content& content, Random& dice) {
    Bytes left = content.synced;
    const auto& changes = content.unsynced;
    const auto kept = static_cast<std::size_t>(dice.below(changes.size() + 1));
    for (std::size_t i = 0; i < kept; ++i)
        changes[i].apply_to(left);
    if (kept == changes.size() || changes[kept].bytes.empty()) return left;
    const auto& next = changes[kept];
    const auto size = left.size();
    switch (dice.below(3)) {
        case 0:  // only the first bytes of a write are kept
            Change{next.offset, Bytes(next.bytes.begin(),
                                      next.bytes.begin() + static_cast<std::ptrdiff_t>(
                                                               1 + dice.below(next.bytes.size())))}
                .apply_to(left);
            left.resize(std::max(left.size(), size));
            break;
        case 1: {  // the size is kept, the bytes are lost
            const auto block_end = (size + disk_block - 1) / disk_block * disk_block;
            left.resize(std::max(size, std::min(content.now.size(), block_end)));
            break;
        }
        default:
            break;
    }
    return left;
}

std::unique_ptr<SimulatedDisk> SimulatedDisk::after_power_cut(Loss loss, std::uint64_t seed) const {
    const std::lock_guard lock(mutex_);
    Random dice(seed);
    auto left = std::make_unique<SimulatedDisk>();
    for (const auto& [path, folder] : folders_) {
        auto names = folder.synced;
        const auto kept = loss == Loss::all
                              ? 0
                              : static_cast<std::ptrdiff_t>(dice.below(folder.unsynced.size() + 1));
        for (std::ptrdiff_t i = 0; i < kept; ++i)
            Folder::apply(folder.unsynced[static_cast<std::size_t>(i)], names);
        auto& target = left->folders_[path];
        for (const auto& [name, content] : names) {
            auto bytes = loss == Loss::all ? content->synced : left_of(*content, dice);
            target.now[name] = std::make_shared<Content>(Content{bytes, bytes, {}});
        }
        target.synced = target.now;
    }
    return left;
}

std::vector<std::filesystem::path> SimulatedDisk::paths() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::filesystem::path> all;
    for (const auto& [path, folder] : folders_)
        for (const auto& [name, content] : folder.now)
            all.push_back(path / name);
    return all;
}

Bytes SimulatedDisk::content(const std::filesystem::path& path) const {
    const std::lock_guard lock(mutex_);
    const auto found = find(path);
    return found ? found->now : Bytes();
}

void SimulatedDisk::damage(const std::filesystem::path& path, Bytes content) {
    const std::lock_guard lock(mutex_);
    *find(path) = Content{content, content, {}};
}

SimulatedDisk::ContentRef SimulatedDisk::find(const std::filesystem::path& path) const {
    const auto folder = folders_.find(path.parent_path());
    if (folder == folders_.end()) return nullptr;
    const auto found = folder->second.now.find(path.filename().string());
    return found == folder->second.now.end() ? nullptr : found->second;
}

void SimulatedDisk::change(const std::filesystem::path& path, Rename change) {
    auto& folder = folders_[path];
    Folder::apply(change, folder.now);
    folder.unsynced.push_back(std::move(change));
}

SimulatedDisk::ContentRef SimulatedDisk::create(const std::filesystem::path& path) {
    step(Operation::create, path);
    auto content = std::make_shared<Content>();
    change(path.parent_path(), {{path.filename().string(), content}});
    return content;
}

void SimulatedDisk::change(Content& content, Change change) {
    change.apply_to(content.now);
    content.unsynced.push_back(std::move(change));
}

void SimulatedDisk::write(Content& content, const std::filesystem::path& path, Change wanted) {
    const bool was_broken = has_failed_;
    try {
        step(Operation::write, path);
    } catch (const StorageError&) {
        // A failed write may store the first bytes, but not after the disk has failed for good.
        if (was_broken || wanted.bytes.empty()) throw;
        wanted.bytes.resize(static_cast<std::size_t>(random_.below(wanted.bytes.size())));
        if (!wanted.bytes.empty()) change(content, std::move(wanted));
        throw;
    }
    if (!wanted.bytes.empty() || wanted.offset != content.now.size())
        change(content, std::move(wanted));
}

void SimulatedDisk::sync(Content& content, const std::filesystem::path& path) {
    step(Operation::sync, path);
    for (const auto& change : content.unsynced)
        change.apply_to(content.synced);
    content.unsynced.clear();
}

void SimulatedDisk::sync_names(Folder& folder, std::size_t count) {
    for (; count > 0; --count) {
        Folder::apply(folder.unsynced.front(), folder.synced);
        folder.unsynced.pop_front();
    }
}

void SimulatedDisk::sync_name(const std::filesystem::path& path, const ContentRef& content) {
    auto& folder = folders_[path.parent_path()];
    std::size_t last = 0;
    for (std::size_t i = 0; i < folder.unsynced.size(); ++i) {
        for (const auto& [name, target] : folder.unsynced[i])
            if (target == content) last = i + 1;
    }
    sync_names(folder, last);
}

/// A file that daler's own code has open.
class SimulatedDisk::OpenFile final : public storage::File {
public:
    OpenFile(SimulatedDisk& disk, std::filesystem::path path, ContentRef content)
        : disk_(disk), path_(std::move(path)), content_(std::move(content)) {}

    void write(ByteSpan data, std::uint64_t offset) override {
        if (data.empty()) return;
        const std::lock_guard lock(disk_.mutex_);
        disk_.write(*content_, path_, {offset, Bytes(data.begin(), data.end())});
    }
    std::size_t read(std::span<std::uint8_t> out, std::uint64_t offset) const override {
        const std::lock_guard lock(disk_.mutex_);
        disk_.step(Operation::read, path_);
        const auto& bytes = content_->now;
        if (offset >= bytes.size()) return 0;
        const auto from = static_cast<std::size_t>(offset);
        const auto size = std::min(out.size(), bytes.size() - from);
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(from), size, out.begin());
        return size;
    }
    void sync() override {
        const std::lock_guard lock(disk_.mutex_);
        disk_.sync(*content_, path_);
    }
    void truncate(std::uint64_t size) override {
        const std::lock_guard lock(disk_.mutex_);
        disk_.write(*content_, path_, {size, {}});
    }
    void reserve(std::uint64_t) override {}
    std::uint64_t size() const override {
        const std::lock_guard lock(disk_.mutex_);
        return content_->now.size();
    }

private:
    SimulatedDisk& disk_;
    const std::filesystem::path path_;
    const ContentRef content_;
};

std::unique_ptr<storage::File> SimulatedDisk::open(const std::filesystem::path& path,
                                                   storage::OpenMode mode) {
    const std::lock_guard lock(mutex_);
    auto content = find(path);
    if (!content) {
        if (mode != storage::OpenMode::create)
            throw StorageError(fmt::format("{}: no such file.", path.string()));
        content = create(path);
    }
    return std::make_unique<OpenFile>(*this, path, std::move(content));
}

void SimulatedDisk::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
    const std::lock_guard lock(mutex_);
    auto content = find(from);
    if (!content) throw StorageError(fmt::format("{}: no such file.", from.string()));
    step(Operation::rename, to);
    change(from.parent_path(),
           {{from.filename().string(), nullptr}, {to.filename().string(), std::move(content)}});
}

void SimulatedDisk::remove(const std::filesystem::path& path) {
    const std::lock_guard lock(mutex_);
    if (!find(path)) return;
    step(Operation::remove, path);
    change(path.parent_path(), {{path.filename().string(), nullptr}});
}

bool SimulatedDisk::exists(const std::filesystem::path& path) const {
    const std::lock_guard lock(mutex_);
    return find(path) != nullptr;
}

std::vector<std::string> SimulatedDisk::list(const std::filesystem::path& folder) const {
    const std::lock_guard lock(mutex_);
    step(Operation::read, folder);
    std::vector<std::string> names;
    if (const auto found = folders_.find(folder); found != folders_.end())
        for (const auto& [name, content] : found->second.now)
            names.push_back(name);
    return names;
}

void SimulatedDisk::sync_folder(const std::filesystem::path& folder) {
    const std::lock_guard lock(mutex_);
    step(Operation::sync, folder);
    auto& names = folders_[folder];
    sync_names(names, names.unsynced.size());
}

std::uint64_t SimulatedDisk::free_space(const std::filesystem::path&) const {
    return std::uint64_t{1} << 50;
}

}  // namespace daler::test
