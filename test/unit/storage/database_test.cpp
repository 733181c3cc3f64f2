#include <test.h>

#include <daler/storage/database.h>
#include <memory_database.h>
#include <temporary_folder.h>
#include <thrown.h>

#include <fstream>

using namespace daler;
using namespace daler::storage;

namespace {

Database::Options on_disk(const std::filesystem::path& folder) {
    Database::Options options;
    options.folder = folder / "db";
    options.remedy = "Start with -reindex.";
    return options;
}

}  // namespace

TEST_CASE("a batch is applied as a whole, keys are sorted by their bytes", "[storage]") {
    Database db(test::database_in_memory());
    db.put(Bytes{9}, Bytes{9});
    Database::Batch batch;
    batch.put(Bytes{2}, Bytes{20});
    batch.put(Bytes{1, 0}, Bytes{10});
    batch.erase(Bytes{9});
    CHECK_FALSE(db.get(Bytes{2}).has_value());
    db.write(batch, true);
    CHECK(db.get(Bytes{2}) == Bytes{20});
    CHECK_FALSE(db.get(Bytes{9}).has_value());

    std::vector<Bytes> keys;
    for (auto at = db.iterate(); at.valid(); at.next())
        keys.emplace_back(at.key().begin(), at.key().end());
    CHECK(keys == std::vector<Bytes>{{1, 0}, {2}});
    auto at = db.iterate();
    at.seek(Bytes{1, 1});
    CHECK(at.valid());
    CHECK(at.value()[0] == 20);
}

TEST_CASE("a snapshot does not see later changes", "[storage]") {
    Database db(test::database_in_memory());
    db.put(Bytes{1}, Bytes{1});
    const auto before = db.snapshot();
    db.put(Bytes{1}, Bytes{2});
    db.put(Bytes{2}, Bytes{2});
    std::string value;
    CHECK(db.get(Bytes{1}, value, before.get()));
    CHECK(value == "\1");
    auto at = db.iterate(before.get());
    at.next();
    CHECK_FALSE(at.valid());
}

TEST_CASE("a database keeps its content, unless it is to be wiped", "[storage]") {
    const test::TemporaryFolder folder;
    auto options = on_disk(folder.path());
    { Database(options).put(Bytes{1}, Bytes{1}); }
    { CHECK(Database(options).get(Bytes{1}) == Bytes{1}); }
    options.wipe = true;
    CHECK_FALSE(Database(options).get(Bytes{1}).has_value());
}

TEST_CASE("a damaged database is an error that names folder and remedy", "[storage]") {
    const test::TemporaryFolder folder;
    const auto options = on_disk(folder.path());
    { Database(options).put(Bytes{1}, Bytes(10'000, 1)); }
    const auto names_both = [&](const auto& action) {
        return test::mentions(test::thrown(action),
                              {options.folder.string(), "Start with -reindex."});
    };

    SECTION("its CURRENT file is missing") {
        std::filesystem::remove(options.folder / "CURRENT");
        CHECK(names_both([&] { const Database db(options); }));
    }
    SECTION("its MANIFEST is missing") {
        for (const auto& file : std::filesystem::directory_iterator(options.folder))
            if (file.path().filename().string().starts_with("MANIFEST"))
                std::filesystem::remove(file.path());
        CHECK(names_both([&] { const Database db(options); }));
    }
    SECTION("a bit in its log flipped") {
        for (const auto& file : std::filesystem::directory_iterator(options.folder)) {
            if (file.path().extension() != ".log") continue;
            std::fstream log(file.path(), std::ios::binary | std::ios::in | std::ios::out);
            log.seekp(5000);
            log.put('\7');
        }
        CHECK(names_both([&] { const Database db(options); }));
    }
    SECTION("wiping repairs it") {
        std::filesystem::remove(options.folder / "CURRENT");
        auto wiping = options;
        wiping.wipe = true;
        CHECK_FALSE(Database(wiping).get(Bytes{1}).has_value());
    }
}
