#include "old_copies.h"

#include <daler/descriptor/descriptor.h>
#include <daler/util/log.h>
#include <daler/util/wipe.h>

#include <fmt/format.h>

#include "database.h"

namespace daler::wallet {
namespace {

namespace fs = std::filesystem;

/// The descriptors of a wallet file of any version, as public texts.
std::set<std::string> public_descriptors(const fs::path& file, Bytes content,
                                         const AddressFormat& format) {
    const auto memory = storage::memory_file_system();
    SqliteDatabase database(*memory, file, true);
    database.replace(std::move(content));
    std::set<std::string> out;
    {
        auto row = database.prepare("SELECT text FROM descriptors");
        while (row.step()) {
            const auto parsed = descriptor::Descriptor::parse(row.text(0), format);
            if (!parsed) throw StorageError("it has a damaged descriptor");
            out.insert(parsed->to_text());
        }
    }
    // So that no private keys stay in the memory of SQLite.
    database.execute("PRAGMA secure_delete = ON");
    database.execute("DELETE FROM descriptors");
    return out;
}

void overwrite_and_remove(storage::FileSystem& files, const fs::path& file) {
    {
        const auto opened = files.open(file, storage::OpenMode::write);
        opened->write(Bytes(opened->size()), 0);
        opened->sync();
    }
    files.remove(file);
    files.sync_folder(file.parent_path());
}

void remove_own_copy(storage::FileSystem& files, const fs::path& copy,
                     const std::set<std::string>& own, const AddressFormat& format) {
    const WipeScope scope;
    auto content = storage::read_file(files, copy);
    if (!content) return;
    const auto kept = public_descriptors(copy, std::move(*content), format);
    if (!std::ranges::includes(own, kept)) {
        log::warning(
            "{} may have private keys in the clear; it stays, because it is of another "
            "wallet",
            copy.string());
        return;
    }
    overwrite_and_remove(files, copy);
    log::info("removed {}, which had private keys in the clear", copy.string());
}

}  // namespace

void keep_old_copy(storage::FileSystem& files, const fs::path& file, std::int64_t version,
                   ByteSpan content) {
    const auto name = [&](int number) {
        return fmt::format("{}.v{}{}.bak", file.string(), version,
                           number > 1 ? fmt::format(".{}", number) : "");
    };
    int number = 1;
    for (; files.exists(name(number)); ++number) {
        const auto earlier = storage::read_file(files, name(number));
        if (earlier && std::ranges::equal(*earlier, content)) return;
    }
    storage::write_atomically(files, name(number), content);
    log::info("wallet file {} has an old format; it is kept as {}", file.string(), name(number));
}

void remove_old_copies(storage::FileSystem& files, const fs::path& file,
                       const std::set<std::string>& own, const AddressFormat& format) {
    const auto prefix = file.filename().string() + ".v";
    for (const auto& name : files.list(file.parent_path())) {
        if (!name.starts_with(prefix) || !name.ends_with(".bak")) continue;
        const auto copy = file.parent_path() / name;
        try {
            remove_own_copy(files, copy, own, format);
        } catch (const StorageError& error) {
            log::warning("{} may have private keys in the clear and could not be removed: {}",
                         copy.string(), error.what());
        }
    }
}

}  // namespace daler::wallet
