#include <test.h>

#include "networks/network_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace daler::networks {
namespace {

/// A new folder, removed at the end.
struct Folder {
    std::filesystem::path path;
    Folder() {
        std::string name = std::filesystem::temp_directory_path() / "daler-networks-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
};

NetworkFile example() {
    NetworkFile file;
    file.name = "net1";
    file.kept = true;
    file.chain_options = {"-regtest"};
    file.node_options = {"-txindex"};
    file.seed = "daler";
    file.seed_is_public = true;
    file.challenge = "0014ab";
    file.signer = "n1";
    file.listen = "0.0.0.0";
    file.peers = {"example.org:18444"};
    file.owner = {77, 88};
    file.starting = {78, 89};
    file.complete = true;
    file.nodes.push_back({"n1", {5, 6}, true, "killed", 18444, 18443, "/data", "/cookie", "/log"});
    file.links.push_back({"n1", "n2", true});
    return file;
}

TEST_CASE("a network file keeps what was saved, for its owner only", "[networks]") {
    const Folder folder;
    NetworkFile file = example();
    file.folder = folder.path;
    REQUIRE(file.save());
    struct stat status {};
    REQUIRE(::stat((folder.path / network_file_name).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);

    const auto loaded = NetworkFile::load(folder.path);
    REQUIRE(loaded);
    CHECK(loaded->to_json() == file.to_json());
    CHECK(loaded->find("n1")->process == ProcessId{5, 6});
    CHECK(loaded->find("n2") == nullptr);
}

TEST_CASE("a file of before there were signets is read", "[networks]") {
    const Json current = example().to_json();
    Json old = Json::object();
    for (const auto& [key, value] : current.members())
        if (key != "challenge" && key != "signer") old.append(key, value);
    const auto file = NetworkFile::parse(old.write());
    REQUIRE(file);
    CHECK(file->challenge.empty());
    CHECK(file->signer.empty());
    old.append("signer", 1);
    CHECK(NetworkFile::parse(old.write()).error() == "\"signer\" is missing or has another type");
}

TEST_CASE("a damaged network file is named with what to do", "[networks]") {
    const Folder folder;
    std::ofstream(folder.path / network_file_name) << R"({"version":1,"name":"x"})";
    const auto loaded = NetworkFile::load(folder.path);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().find("\"kept\" is missing") != std::string::npos);
    CHECK(loaded.error().find("`daler rm --name ") != std::string::npos);
    CHECK_FALSE(NetworkFile::parse("{"));
    CHECK(NetworkFile::parse(R"({"version":2})").error() ==
          "it has version 2, this program reads version 1");
}

TEST_CASE("one command at a time has the lock", "[networks]") {
    const Folder folder;
    auto lock = NetworkLock::try_take(folder.path);
    REQUIRE(lock);
    CHECK_FALSE(NetworkLock::try_take(folder.path));
    lock.reset();
    CHECK(NetworkLock::take(folder.path));
}

TEST_CASE("a lock in a folder that is gone is refused at once", "[networks]") {
    CHECK_FALSE(NetworkLock::take("/nonexistent/folder"));
}

TEST_CASE("a process is recognised by its start time", "[networks]") {
    const auto self = identify(::getpid());
    REQUIRE(self);
    CHECK(is_running(*self));
    CHECK_FALSE(is_running({self->pid, self->start + 1}));
    CHECK_FALSE(is_running({}));
}

}  // namespace
}  // namespace daler::networks
