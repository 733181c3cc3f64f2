#include <daler/storage/file_system.h>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace daler::storage {

std::optional<Bytes> read_file(FileSystem& files, const std::filesystem::path& path) {
    if (!files.exists(path)) return std::nullopt;
    const auto file = files.open(path, OpenMode::read);
    Bytes bytes(static_cast<std::size_t>(file->size()));
    bytes.resize(file->read(bytes, 0));
    return bytes;
}

void write_atomically(FileSystem& files, const std::filesystem::path& path, ByteSpan bytes) {
    auto temporary = path;
    temporary += ".new";
    {
        const auto file = files.open(temporary, OpenMode::create);
        file->truncate(0);
        file->write(bytes, 0);
        file->sync();
    }
    files.rename(temporary, path);
    files.sync_folder(path.parent_path());
}

void copy_file(FileSystem& from_files, const std::filesystem::path& from, FileSystem& to_files,
               const std::filesystem::path& to) {
    constexpr std::size_t step = 1u << 20;
    const auto source = from_files.open(from, OpenMode::read);
    const auto target = to_files.open(to, OpenMode::create);
    Bytes part(step);
    for (std::uint64_t offset = 0;; offset += step) {
        const auto size = source->read(part, offset);
        target->write(ByteSpan(part).first(size), offset);
        if (size < step) break;
    }
    target->sync();
    to_files.sync_folder(to.parent_path());
}

std::vector<std::filesystem::path> find_files(const FileSystem& files,
                                              const std::filesystem::path& folder,
                                              std::string_view name, int depth) {
    std::vector<std::filesystem::path> found;
    try {
        if (files.exists(folder / name)) found.push_back(folder / name);
        if (depth == 0) return found;
        for (const auto& below : files.list(folder))
            std::ranges::move(find_files(files, folder / below, name, depth - 1),
                              std::back_inserter(found));
    } catch (const StorageError&) {
        // A file, or a folder that belongs to somebody else.
    }
    return found;
}

void require_free_space(const FileSystem& files, const std::filesystem::path& folder,
                        std::uint64_t need) {
    const auto available = files.free_space(folder);
    if (available >= need + min_free_space) return;
    throw StorageError(fmt::format("{}: disk is full: {} MiB are free, {} are needed. Make room.",
                                   folder.string(), available >> 20,
                                   (need + min_free_space + (1u << 20) - 1) >> 20));
}

}  // namespace daler::storage
