#include <daler/storage/flat_files.h>

#include <daler/util/ensure.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace daler::storage {
namespace {

// Open files per set. Old blocks are read rarely; a descriptor costs little.
constexpr std::size_t max_handles = 32;

constexpr std::string_view extension = ".dat";

/// The number in PREFIXnnnnn.dat.
std::optional<std::uint32_t> file_number(std::string_view name, std::string_view prefix) {
    if (!name.starts_with(prefix) || !name.ends_with(extension)) return std::nullopt;
    name.remove_prefix(prefix.size());
    if (name.size() < extension.size() + 5) return std::nullopt;
    name.remove_suffix(extension.size());
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
    return number;
}

}  // namespace

void apply_xor(const XorKey& key, std::span<std::uint8_t> bytes, std::uint64_t offset) {
    if (key == XorKey{}) return;
    // The key as it lies over the first eight bytes, then eight bytes at a time.
    XorKey turned;
    for (std::size_t i = 0; i < key.size(); ++i)
        turned[i] = key[(offset + i) % key.size()];
    std::uint64_t mask = 0;
    static_assert(sizeof mask == sizeof turned);
    std::memcpy(&mask, turned.data(), sizeof mask);
    std::size_t i = 0;
    for (; i + sizeof mask <= bytes.size(); i += sizeof mask) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, bytes.data() + i, sizeof eight);
        eight ^= mask;
        std::memcpy(bytes.data() + i, &eight, sizeof eight);
    }
    for (; i < bytes.size(); ++i)
        bytes[i] ^= turned[i % turned.size()];
}

FlatFiles::FlatFiles(FileSystem& files, Options options)
    : files_(files), options_(std::move(options)) {
    files_.create_folders(options_.folder);
    for (const auto& name : files_.list(options_.folder)) {
        const auto number = file_number(name, options_.prefix);
        if (!number) continue;
        auto& state = states_[*number];
        state.end = files_.open(path(*number), OpenMode::read)->size();
        state.reserved = state.end;
    }
    // The names may be new: an earlier process that was killed may not have synced them.
    folder_dirty_ = !states_.empty();
}

std::filesystem::path FlatFiles::path(std::uint32_t file) const {
    return options_.folder / fmt::format("{}{:05}{}", options_.prefix, file, extension);
}

void FlatFiles::fail(std::uint32_t file, const std::string& what) const {
    throw StorageError(fmt::format("{}: {}. {}", path(file).string(), what, options_.remedy));
}

FilePosition FlatFiles::append(ByteSpan payload, ByteSpan trailer) {
    std::uint32_t file = 0;
    {
        const std::lock_guard lock(mutex_);
        if (!states_.empty()) {
            const auto& [last, state] = *states_.rbegin();
            const auto after = state.end + frame_size + payload.size() + trailer.size();
            file = state.end > 0 && after > options_.max_file_size ? last + 1 : last;
        }
    }
    return append_to(file, payload, trailer);
}

FilePosition FlatFiles::append_to(std::uint32_t file, ByteSpan payload, ByteSpan trailer) {
    const std::size_t total = frame_size + payload.size() + trailer.size();
    require_free_space(files_, options_.folder, total);
    const auto handle = this->handle(file, true);
    std::uint64_t end = 0;
    std::uint64_t reserve = 0;
    {
        const std::lock_guard lock(mutex_);
        auto& state = states_[file];
        end = state.end;
        // Marked before writing: even half a record must not make a later sync skip the file.
        state.dirty = true;
        if (end + total > state.reserved) {
            const auto step = options_.reserve_step;
            reserve = state.reserved = (end + total + step - 1) / step * step;
        }
    }
    if (reserve != 0) handle->reserve(reserve);

    buffer_.resize(total);
    const auto size = static_cast<std::uint32_t>(payload.size());
    auto* out = buffer_.data();
    std::memcpy(out, options_.magic.data(), options_.magic.size());
    std::memcpy(out + options_.magic.size(), &size, sizeof size);
    // Not std::copy, which copies byte by byte through the iterators of a span.
    std::memcpy(out + frame_size, payload.data(), payload.size());
    if (!trailer.empty())
        std::memcpy(out + frame_size + payload.size(), trailer.data(), trailer.size());
    apply_xor(options_.xor_key, buffer_, end);
    handle->write(buffer_, end);

    const std::lock_guard lock(mutex_);
    states_[file].end = end + total;
    return {file, static_cast<std::uint32_t>(end + frame_size)};
}

Bytes FlatFiles::read(FilePosition position, std::size_t size) const {
    const auto handle = this->handle(position.file, false);
    if (!handle) fail(position.file, "the file is missing");
    Bytes bytes(size);
    if (handle->read(bytes, position.offset) != size) {
        fail(position.file,
             fmt::format("the file ends before byte {}", std::uint64_t{position.offset} + size));
    }
    apply_xor(options_.xor_key, bytes, position.offset);
    return bytes;
}

std::uint32_t FlatFiles::record_size(FilePosition position) const {
    if (position.offset < frame_size) fail(position.file, "a record cannot start that early");
    const Bytes frame = read({position.file, position.offset - frame_size}, frame_size);
    if (!std::equal(options_.magic.begin(), options_.magic.end(), frame.begin())) {
        fail(position.file,
             fmt::format("no record starts at byte {}", position.offset - frame_size));
    }
    std::uint32_t size = 0;
    std::memcpy(&size, frame.data() + options_.magic.size(), sizeof size);
    if (position.offset + std::uint64_t{size} > end(position.file)) {
        fail(position.file, fmt::format("the record at byte {} is longer than the file",
                                        position.offset - frame_size));
    }
    return size;
}

std::shared_ptr<const File> FlatFiles::raw(std::uint32_t file) const {
    return handle(file, false);
}

std::vector<std::uint32_t> FlatFiles::numbers() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::uint32_t> numbers;
    for (const auto& [number, state] : states_)
        numbers.push_back(number);
    return numbers;
}

std::uint64_t FlatFiles::end(std::uint32_t file) const {
    const std::lock_guard lock(mutex_);
    const auto found = states_.find(file);
    return found == states_.end() ? 0 : found->second.end;
}

FilePosition FlatFiles::end() const {
    const std::lock_guard lock(mutex_);
    if (states_.empty()) return {};
    const auto& [last, state] = *states_.rbegin();
    return {last, static_cast<std::uint32_t>(state.end)};
}

void FlatFiles::cut_after(FilePosition end) {
    auto all = numbers();
    std::ranges::reverse(all);
    // The last one first: after a crash in between no file is missing in the middle.
    for (const auto file : all)
        if (file > end.file) remove(file);
    if (this->end(end.file) > end.offset) truncate(end.file, end.offset);
}

void FlatFiles::truncate(std::uint32_t file, std::uint64_t end) {
    const auto handle = this->handle(file, false);
    ensure(handle != nullptr);
    handle->truncate(end);
    const std::lock_guard lock(mutex_);
    auto& state = states_[file];
    state.end = state.reserved = end;
    state.dirty = true;
}

void FlatFiles::remove(std::uint32_t file) {
    {
        const std::lock_guard lock(mutex_);
        states_.erase(file);
    }
    files_.remove(path(file));
    folder_dirty_ = true;
}

void FlatFiles::mark_unsynced(std::uint32_t file) {
    const std::lock_guard lock(mutex_);
    if (const auto found = states_.find(file); found != states_.end()) found->second.dirty = true;
}

void FlatFiles::sync() {
    std::vector<std::uint32_t> dirty;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [number, state] : states_)
            if (state.dirty) dirty.push_back(number);
    }
    for (const auto number : dirty) {
        handle(number, false)->sync();
        const std::lock_guard lock(mutex_);
        states_[number].dirty = false;
    }
    if (folder_dirty_) files_.sync_folder(options_.folder);
    folder_dirty_ = false;
}

std::uint64_t FlatFiles::total_size() const {
    const std::lock_guard lock(mutex_);
    std::uint64_t total = 0;
    for (const auto& [number, state] : states_)
        total += state.end;
    return total;
}

std::shared_ptr<File> FlatFiles::handle(std::uint32_t file, bool create) const {
    const std::lock_guard lock(mutex_);
    auto found = states_.find(file);
    if (found == states_.end()) {
        if (!create) return nullptr;
        auto opened = files_.open(path(file), OpenMode::create);
        found = states_.emplace(file, State{}).first;
        found->second.handle = std::move(opened);
        const_cast<FlatFiles*>(this)->folder_dirty_ = true;
    }
    auto& state = found->second;
    state.last_use = ++uses_;
    if (!state.handle) {
        if (!files_.exists(path(file))) return nullptr;
        close_oldest_handle();
        state.handle = files_.open(path(file), OpenMode::write);
    }
    return state.handle;
}

void FlatFiles::close_oldest_handle() const {
    State* oldest = nullptr;
    std::size_t open = 0;
    for (auto& [number, state] : states_) {
        if (!state.handle) continue;
        ++open;
        if (!oldest || state.last_use < oldest->last_use) oldest = &state;
    }
    // Readers in other threads share the handle: it closes when the last of them releases it.
    if (open >= max_handles) oldest->handle.reset();
}

}  // namespace daler::storage
