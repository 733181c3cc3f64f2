#include <test.h>

#include <daler/storage/file_lock.h>
#include <daler/util/storage_error.h>
#include <temporary_folder.h>
#include <thrown.h>

using namespace daler;

TEST_CASE("a lock keeps others out until it is released", "[storage]") {
    const test::TemporaryFolder folder;
    const auto path = folder.path() / ".lock";
    {
        const storage::FileLock lock(path);
        CHECK(storage::FileLock::is_held(path));
        CHECK(test::mentions(test::thrown([&] { const storage::FileLock second(path); }),
                             {"already running", folder.path().string()}));
    }
    CHECK_FALSE(storage::FileLock::is_held(path));
    CHECK_NOTHROW(storage::FileLock(path));
}

TEST_CASE("a lock in a folder that does not exist names the folder", "[storage]") {
    CHECK_FALSE(storage::FileLock::is_held("/nonexistent/daler/.lock"));
    CHECK_THROWS_AS(storage::FileLock("/nonexistent/daler/.lock"), StorageError);
}
