#include <test.h>

#include <daler/storage/database.h>
#include <simulated_disk.h>
#include <thrown.h>

using namespace daler;
using namespace daler::storage;
using namespace daler::test;

using Loss = SimulatedDisk::Loss;
using Operation = SimulatedDisk::Operation;

namespace {

const Bytes old_bytes(5000, 1);
const Bytes new_bytes(7000, 2);

Database::Options database_on(SimulatedDisk& disk) {
    Database::Options options;
    options.folder = "/data/base";
    options.remedy = "Start with -reindex.";
    options.env = &disk.env();
    return options;
}

}  // namespace

TEST_CASE("a power cut loses bytes and names that were not synced", "[storage]") {
    SimulatedDisk disk;
    {
        const auto file = disk.open("/data/a", OpenMode::create);
        file->write(old_bytes, 0);
        CHECK_FALSE(disk.after_power_cut(Loss::all, 1)->exists("/data/a"));
        disk.sync_folder("/data");
        CHECK(disk.after_power_cut(Loss::all, 1)->content("/data/a").empty());
        file->sync();
        CHECK(disk.after_power_cut(Loss::all, 1)->content("/data/a") == old_bytes);
        file->write(new_bytes, 0);
        CHECK(disk.after_power_cut(Loss::all, 1)->content("/data/a") == old_bytes);
        CHECK(disk.after_crash()->content("/data/a") == new_bytes);
        std::set<std::size_t> changed;
        for (std::uint64_t seed = 1; seed <= 50; ++seed) {
            const auto left = disk.after_power_cut(Loss::some, seed)->content("/data/a");
            changed.insert(static_cast<std::size_t>(std::ranges::count(left, 2)));
        }
        CHECK(changed.size() > 5);
        CHECK(changed.contains(0));
        CHECK(changed.contains(new_bytes.size()));
    }
    disk.rename("/data/a", "/data/b");
    CHECK(disk.after_power_cut(Loss::all, 1)->exists("/data/a"));
    disk.sync_folder("/data");
    CHECK_FALSE(disk.after_power_cut(Loss::all, 1)->exists("/data/a"));
    CHECK(disk.after_power_cut(Loss::all, 1)->exists("/data/b"));
}

TEST_CASE("the chosen operation fails, with the file's name", "[storage]") {
    SimulatedDisk disk;
    const auto file = disk.open("/data/a", OpenMode::create);
    const bool permanent = GENERATE(false, true);
    disk.set_fault(SimulatedDisk::Fault{Operation::write, 2, permanent});
    file->write(old_bytes, 0);
    CHECK_FALSE(disk.has_failed());
    CHECK(mentions(thrown([&] { file->write(new_bytes, 5000); }), {"/data/a", "write"}));
    CHECK(disk.has_failed());
    CHECK(file->size() < old_bytes.size() + new_bytes.size());
    CHECK(thrown([&] { file->write(new_bytes, 0); }).empty() == !permanent);
    CHECK(thrown([&] { file->sync(); }).empty() == !permanent);
}

TEST_CASE("a replaced file has its old or its new content if an operation fails", "[storage]") {
    std::size_t points = 0;
    for (const auto kind : SimulatedDisk::operations) {
        for (std::uint64_t number = 1;; ++number) {
            SimulatedDisk disk;
            write_atomically(disk, "/data/a", old_bytes);
            disk.set_fault(SimulatedDisk::Fault{kind, number, number % 2 == 0});
            const auto error = thrown([&] { write_atomically(disk, "/data/a", new_bytes); });
            CHECK(error.empty() != disk.has_failed());
            if (!disk.has_failed()) {
                // After success the new content is safe.
                CHECK(disk.after_power_cut(Loss::all, 1)->content("/data/a") == new_bytes);
                break;
            }
            ++points;
            for (std::uint64_t seed = 1; seed <= 20; ++seed) {
                for (const auto loss : {Loss::all, Loss::some}) {
                    const auto left = disk.after_power_cut(loss, seed);
                    const auto content = left->content("/data/a");
                    CHECK((content == old_bytes || content == new_bytes));
                    write_atomically(*left, "/data/a", new_bytes);
                    CHECK(left->content("/data/a") == new_bytes);
                }
            }
        }
    }
    CHECK(points >= 5);
}

TEST_CASE("an interrupted creation of a database starts again", "[storage]") {
    const Bytes key{1};
    for (const auto kind :
         {Operation::write, Operation::sync, Operation::create, Operation::rename}) {
        for (std::uint64_t number = 1;; ++number) {
            SimulatedDisk disk;
            disk.set_fault(SimulatedDisk::Fault{kind, number, true});
            (void)thrown([&] { Database(database_on(disk)).put(key, old_bytes, true); });
            if (!disk.has_failed()) break;
            for (const auto& left : {disk.after_crash(), disk.after_power_cut(Loss::all, 1),
                                     disk.after_power_cut(Loss::some, number)}) {
                CAPTURE(SimulatedDisk::name_of(kind), number);
                CHECK(thrown([&] { Database(database_on(*left)).put(key, new_bytes, true); }) ==
                      "");
            }
        }
    }
}

TEST_CASE("an interrupted deletion of a database is completed by the next start", "[storage]") {
    const Bytes key{1};
    std::size_t points = 0;
    for (const auto kind : SimulatedDisk::operations) {
        for (std::uint64_t number = 1;; ++number) {
            SimulatedDisk disk;
            for (int i = 0; i < 3; ++i)  // a log, tables, a manifest
                Database(database_on(disk)).put(key, old_bytes, true);
            auto wiping = database_on(disk);
            wiping.wipe = true;
            disk.set_fault(SimulatedDisk::Fault{kind, number, true});
            (void)thrown([&] { Database(wiping).put(key, new_bytes, true); });
            if (!disk.has_failed()) {
                const auto left = disk.after_power_cut(Loss::all, 1);
                CHECK(Database(database_on(*left)).get(key) == new_bytes);
                break;
            }
            ++points;
            for (const auto& left : {disk.after_crash(), disk.after_power_cut(Loss::all, 1),
                                     disk.after_power_cut(Loss::some, number)}) {
                CAPTURE(SimulatedDisk::name_of(kind), number);
                std::optional<Bytes> content;
                CHECK(thrown([&] { content = Database(database_on(*left)).get(key); }) == "");
                CHECK((!content || *content == old_bytes || *content == new_bytes));
                CHECK(thrown([&] { Database(database_on(*left)).put(key, new_bytes, true); }) ==
                      "");
            }
        }
    }
    CHECK(points > 10);
}

TEST_CASE("a database that was used and lost its CURRENT is damaged, not new", "[storage]") {
    SimulatedDisk disk;
    Database(database_on(disk)).put(Bytes{1}, old_bytes, true);
    disk.remove("/data/base/CURRENT");
    CHECK(mentions(thrown([&] { Database(database_on(disk)); }),
                   {"/data/base", "CURRENT", "-reindex"}));
}

TEST_CASE("the writes of a killed process are safe once the next one has opened the database",
          "[storage]") {
    SimulatedDisk disk;
    { Database(database_on(disk)).put(Bytes{1}, old_bytes, true); }
    { Database(database_on(disk)).put(Bytes{2}, old_bytes); }
    { const Database opened(database_on(disk)); }
    const auto left = disk.after_power_cut(Loss::all, 1);
    CHECK(Database(database_on(*left)).get(Bytes{2}) == old_bytes);
}
