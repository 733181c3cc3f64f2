#include <daler/storage/file_system.h>

#include <fmt/format.h>

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

void require_free_space(const FileSystem& files, const std::filesystem::path& folder,
                        std::uint64_t need) {
    const auto available = files.free_space(folder);
    if (available >= need + min_free_space) return;
    throw StorageError(fmt::format("{}: disk is full: {} MiB are free, {} are needed. Make room.",
                                   folder.string(), available >> 20,
                                   (need + min_free_space + (1u << 20) - 1) >> 20));
}

}  // namespace daler::storage
