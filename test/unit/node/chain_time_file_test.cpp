#include "node/chain_time_file.h"

#include <test.h>

using namespace daler;
using namespace std::chrono_literals;

namespace {

const std::filesystem::path path = "/node/chaintime.json";

/// A folder in memory and the node that uses it.
struct Folder {
    Folder() { files->create_folders(path.parent_path()); }

    void write(std::string_view text) const {
        storage::write_atomically(*files, path, as_bytes(text));
    }
    [[nodiscard]] std::string text() const {
        const auto bytes = storage::read_file(*files, path);
        return bytes ? std::string(as_text(*bytes)) : "no file";
    }

    std::unique_ptr<storage::FileSystem> files = storage::memory_file_system();
};

/// A start of the node at the mock time `now`.
struct Start {
    explicit Start(const Folder& folder, std::int64_t now = 1000)
        : file(*folder.files, path, clock) {
        clock.set_mock_time(from_unix(now));
    }
    [[nodiscard]] std::int64_t chain_time() const { return unix_seconds(clock.chain_now()); }

    Clock clock;
    node::ChainTimeFile file;
};

}  // namespace

TEST_CASE("no file is written while chain time was never moved", "[node]") {
    const Folder folder;
    Start start(folder);
    REQUIRE(start.file.load({}));
    start.file.save();
    CHECK(folder.text() == "no file");
    Start stopped(folder);
    REQUIRE(stopped.file.load(from_unix(7000)));
    stopped.file.save();
    CHECK(folder.text() == "no file");
}

TEST_CASE("chain time that was moved is as far ahead after a restart", "[node]") {
    const Folder folder;
    Start first(folder);
    REQUIRE(first.file.load({}));
    first.clock.set_chain_time(from_unix(5000));
    first.file.save();
    CHECK(folder.text() == "{\"offset\":4000}\n");

    Start second(folder, 1600);
    REQUIRE(second.file.load({}));
    CHECK(second.chain_time() == 5600);
    CHECK(unix_seconds(second.clock.now()) == 1600);
    second.clock.set_chain_time(from_unix(1600));
    second.file.save();
    CHECK(folder.text() == "no file");
}

TEST_CASE("chain time that stood still goes on from there", "[node]") {
    const Folder folder;
    Start first(folder);
    REQUIRE(first.file.load(from_unix(7000)));
    CHECK(first.chain_time() == 7000);
    first.clock.set_chain_time(from_unix(7060));
    first.file.save();
    CHECK(folder.text() == "{\"stopped\":7060}\n");

    Start again(folder, 2000);
    REQUIRE(again.file.load(from_unix(7000)));
    CHECK(again.chain_time() == 7060);
    CHECK(again.clock.is_chain_time_stopped());

    Start later(folder, 2000);
    REQUIRE(later.file.load(from_unix(9000)));
    CHECK(later.chain_time() == 9000);

    Start running(folder, 2000);
    REQUIRE(running.file.load({}));
    CHECK_FALSE(running.clock.is_chain_time_stopped());
    CHECK(running.clock.chain_offset() == 5060s);
}

TEST_CASE("a damaged file of chain time is refused with its name", "[node]") {
    const auto text = GENERATE(as<std::string_view>(), "", "{}", "[]", "12", "{\"offset\":\"1\"}",
                               "{\"offset\":1.5}", "{\"offset\":4294967295}", "{\"stopped\":0}",
                               "{\"stopped\":4294967296}", "{\"stopped\":-1}");
    CAPTURE(text);
    const Folder folder;
    folder.write(text);
    Start start(folder);
    const auto loaded = start.file.load({});
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().find(path.string() + " is damaged. Remove it") == 0);
    CHECK(start.chain_time() == 1000);
}
