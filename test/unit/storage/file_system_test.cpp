#include <test.h>

#include <daler/storage/file_system.h>
#include <temporary_folder.h>
#include <thrown.h>

using namespace daler;
using namespace daler::storage;

namespace {

const Bytes hello{'h', 'e', 'l', 'l', 'o'};

void check_files(FileSystem& files, const std::filesystem::path& folder) {
    const auto path = folder / "a";
    CHECK_FALSE(files.exists(path));
    CHECK_FALSE(read_file(files, path).has_value());
    CHECK_THROWS_AS(files.open(path, OpenMode::read), StorageError);

    const auto file = files.open(path, OpenMode::create);
    file->write(hello, 3);
    CHECK(file->size() == 8);
    Bytes back(10, 0xee);
    CHECK(file->read(back, 3) == 5);
    CHECK(Bytes(back.begin(), back.begin() + 5) == hello);
    CHECK(file->read(back, 8) == 0);
    file->reserve(1000);
    CHECK(file->size() == 8);
    file->truncate(4);
    file->sync();
    CHECK(read_file(files, path) == Bytes{0, 0, 0, 'h'});

    files.rename(path, folder / "b");
    CHECK(files.list(folder) == std::vector<std::string>{"b"});
    files.remove(folder / "b");
    files.remove(folder / "b");
    CHECK(files.list(folder).empty());

    write_atomically(files, path, hello);
    write_atomically(files, path, Bytes{1});
    CHECK(read_file(files, path) == Bytes{1});
    CHECK(files.list(folder) == std::vector<std::string>{"a"});

    files.create_folders(folder / "c" / "d");
    copy_file(files, path, files, folder / "c" / "d" / "a");
    CHECK(read_file(files, folder / "c" / "d" / "a") == Bytes{1});
    CHECK(files.list(folder) == std::vector<std::string>{"a", "c"});
    CHECK(files.exists(folder / "c"));
    CHECK_FALSE(files.exists(folder / "c" / "e"));
    const std::vector above{path}, all{path, folder / "c" / "d" / "a"};
    CHECK(find_files(files, folder, "a", 1) == above);
    CHECK(find_files(files, folder, "a", 2) == all);
    files.remove(folder / "c" / "d" / "a");
    files.remove(folder / "c" / "d");
    CHECK_FALSE(files.exists(folder / "c" / "d"));
}

class FullDisk final : public FileSystem {
public:
    explicit FullDisk(std::uint64_t free) : free_(free) {}
    std::unique_ptr<File> open(const std::filesystem::path&, OpenMode) override { return nullptr; }
    void rename(const std::filesystem::path&, const std::filesystem::path&) override {}
    void remove(const std::filesystem::path&) override {}
    bool exists(const std::filesystem::path&) const override { return false; }
    std::vector<std::string> list(const std::filesystem::path&) const override { return {}; }
    void create_folders(const std::filesystem::path&) override {}
    void sync_folder(const std::filesystem::path&) override {}
    std::uint64_t free_space(const std::filesystem::path&) const override { return free_; }

private:
    std::uint64_t free_;
};

}  // namespace

TEST_CASE("real files and files in memory behave alike", "[storage]") {
    const test::TemporaryFolder folder;
    check_files(real_file_system(), folder.path());
    check_files(*memory_file_system(), "/anywhere");
}

TEST_CASE("50 MiB stay free", "[storage]") {
    CHECK_NOTHROW(require_free_space(FullDisk(min_free_space + 10), "/x", 10));
    CHECK(test::mentions(
        test::thrown([] { require_free_space(FullDisk(min_free_space + 9), "/x", 10); }),
        {"/x", "full"}));
}
