#include <test.h>

#include <daler/storage/flat_files.h>
#include <temporary_folder.h>
#include <thrown.h>

using namespace daler;
using namespace daler::storage;

namespace {

FlatFiles::Options options(const std::filesystem::path& folder, XorKey key = {}) {
    FlatFiles::Options out;
    out.folder = folder;
    out.prefix = "blk";
    out.magic = {0xfa, 0xbf, 0xb5, 0xda};
    out.xor_key = key;
    out.max_file_size = 100;
    out.remedy = "Start with -reindex.";
    return out;
}

const Bytes payload(40, 0x5a);

}  // namespace

TEST_CASE("records have Bitcoin's framing and are read as they were written", "[storage]") {
    const auto files = memory_file_system();
    FlatFiles blocks(*files, options("/b"));
    const auto at = blocks.append(payload, Bytes{7, 7});
    CHECK(at == FilePosition{0, 8});
    CHECK(blocks.end(0) == 50);
    CHECK(blocks.read(at, 40) == payload);
    CHECK(blocks.record_size(at) == 40);
    const auto raw = *read_file(*files, "/b/blk00000.dat");
    CHECK(Bytes(raw.begin(), raw.begin() + 8) == Bytes{0xfa, 0xbf, 0xb5, 0xda, 40, 0, 0, 0});
    CHECK(raw.size() == 50);
}

TEST_CASE("a file that would grow past its limit is followed by a new one", "[storage]") {
    const auto files = memory_file_system();
    FlatFiles blocks(*files, options("/b"));
    CHECK(blocks.append(Bytes(42, 1)) == FilePosition{0, 8});
    CHECK(blocks.append(Bytes(42, 2)) == FilePosition{0, 58});  // exactly 100 bytes
    CHECK(blocks.append(Bytes(1, 3)) == FilePosition{1, 8});
    CHECK(blocks.append_to(0, Bytes(1, 4)) == FilePosition{0, 108});
    CHECK(blocks.numbers() == std::vector<std::uint32_t>{0, 1});
    CHECK(blocks.append(Bytes(1000, 5)) == FilePosition{2, 8});
    CHECK(blocks.total_size() == 109 + 9 + 1008);
}

TEST_CASE("files are XORed with the key from their first byte on", "[storage]") {
    const XorKey key{1, 2, 3, 4, 5, 6, 7, 8};
    const auto files = memory_file_system();
    FlatFiles blocks(*files, options("/b", key));
    (void)blocks.append(Bytes(3, 0));
    const auto at = blocks.append(payload);
    CHECK(blocks.read(at, 40) == payload);
    CHECK(blocks.record_size(at) == 40);
    auto raw = *read_file(*files, "/b/blk00000.dat");
    CHECK(raw[0] == (0xfa ^ 1));
    apply_xor(key, raw, 0);
    CHECK(raw[11] == 0xfa);
}

TEST_CASE("records are appended after those of an earlier run", "[storage]") {
    const test::TemporaryFolder folder;
    {
        FlatFiles blocks(real_file_system(), options(folder.path()));
        (void)blocks.append(payload);
        blocks.sync();
    }
    FlatFiles blocks(real_file_system(), options(folder.path()));
    CHECK(blocks.end(0) == 48);
    CHECK(blocks.append(payload) == FilePosition{0, 56});
    blocks.truncate(0, 48);
    CHECK(blocks.append(payload) == FilePosition{0, 56});
    CHECK(std::filesystem::file_size(folder.path() / "blk00000.dat") == 96);
}

TEST_CASE("damage is an error that names file and remedy", "[storage]") {
    const auto files = memory_file_system();
    FlatFiles blocks(*files, options("/b"));
    const auto at = blocks.append(payload);
    const auto names_both = [&](const auto& action) {
        return test::mentions(test::thrown(action), {"blk0000", "-reindex"});
    };
    CHECK(names_both([&] { (void)blocks.read(at, 41); }));
    CHECK(names_both([&] { (void)blocks.read({3, 8}, 1); }));
    CHECK(names_both([&] { (void)blocks.record_size({0, 9}); }));
    CHECK(names_both([&] { (void)blocks.record_size({0, 0}); }));
    files->open("/b/blk00000.dat", OpenMode::write)->write(Bytes{41}, 4);
    CHECK(names_both([&] { (void)blocks.record_size(at); }));
}

TEST_CASE("what lies behind a place is removed, and records are appended there", "[storage]") {
    const auto files = memory_file_system();
    FlatFiles blocks(*files, options("/b"));
    CHECK(blocks.end().is_null());
    for (std::uint8_t i = 0; i < 7; ++i)
        (void)blocks.append(Bytes(42, i));
    CHECK(blocks.end() == FilePosition{3, 50});
    blocks.cut_after({3, 50});
    CHECK(blocks.end() == FilePosition{3, 50});
    blocks.cut_after({1, 50});
    CHECK(blocks.end() == FilePosition{1, 50});
    CHECK(blocks.numbers() == std::vector<std::uint32_t>{0, 1});
    CHECK(blocks.total_size() == 150);
    CHECK_FALSE(files->exists("/b/blk00002.dat"));
    CHECK(blocks.read({1, 8}, 42) == Bytes(42, 2));
    CHECK_THROWS_AS(blocks.read({1, 58}, 42), StorageError);
    CHECK(blocks.append(Bytes(42, 9)) == FilePosition{1, 58});
    CHECK(blocks.append(Bytes(42, 9)) == FilePosition{2, 8});
    CHECK(blocks.read({1, 58}, 42) == Bytes(42, 9));
    // A place behind the end cuts nothing.
    blocks.cut_after({5, 0});
    CHECK(blocks.end() == FilePosition{2, 50});
}
