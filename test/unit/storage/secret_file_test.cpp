#include <daler/storage/secret_file.h>

#include <fmt/format.h>
#include <test.h>
#include <unistd.h>

#include <fstream>

using namespace daler;
namespace fs = std::filesystem;

namespace {

/// A file with a secret, removed at the end.
struct SecretFile {
    explicit SecretFile(const std::string& text) {
        std::ofstream(path) << text;
        permit(fs::perms::owner_read | fs::perms::owner_write);
    }
    ~SecretFile() { fs::remove(path); }
    SecretFile(const SecretFile&) = delete;
    SecretFile& operator=(const SecretFile&) = delete;

    void permit(fs::perms permissions) const { fs::permissions(path, permissions); }
    [[nodiscard]] std::string text() const {
        const auto read = storage::read_secret_file(path);
        return read ? *read : "refused:" + read.error().substr(path.string().size());
    }

    const fs::path path =
        fs::temp_directory_path() / fmt::format("daler-secret-test-{}", ::getpid());
};

}  // namespace

TEST_CASE("a secret is read without the white space around it", "[storage]") {
    CHECK(SecretFile("word").text() == "word");
    CHECK(SecretFile(" two words\r\n\n").text() == "two words");
    const std::string longest(storage::max_secret_bytes, 'x');
    CHECK(SecretFile(longest).text() == longest);
}

TEST_CASE("a file with a secret that others may read is refused", "[storage]") {
    const SecretFile file("word");
    file.permit(fs::perms::owner_read);
    CHECK(file.text() == "word");
    for (const auto others : {fs::perms::group_read, fs::perms::others_read, fs::perms::group_write,
                              fs::perms::others_exec}) {
        file.permit(fs::perms::owner_read | others);
        const auto mode = static_cast<unsigned>(fs::perms::owner_read | others);
        CHECK(file.text() == fmt::format("refused: may be used by others (mode {:04o}). Run: chmod "
                                         "600 {}",
                                         mode, file.path.string()));
    }
}

TEST_CASE("a file without a usable secret is refused with what to do", "[storage]") {
    CHECK(SecretFile(" \n").text() == "refused: is empty. Write a word or hex digits into it.");
    CHECK(SecretFile(std::string(storage::max_secret_bytes + 1, 'x')).text() ==
          "refused: is longer than 4096 bytes. Shorten it.");
    CHECK(storage::read_secret_file("/nowhere/at all").error() ==
          "/nowhere/at all cannot be read: No such file or directory.");
    CHECK(storage::read_secret_file("/tmp").error() ==
          "/tmp is not a file. Name a file that holds the secret.");
}
