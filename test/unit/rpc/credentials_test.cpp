#include <test.h>

#include <daler/crypto/hash.h>
#include <daler/encoding/base64.h>
#include <daler/encoding/hex.h>
#include <daler/rpc/credentials.h>

#include <unistd.h>

#include <fstream>
#include <iterator>

using namespace daler;
using namespace daler::rpc;

namespace {

std::string basic(const std::string& text) {
    return "Basic " + base64_encode(as_bytes(text));
}

struct Folder {
    Folder() {
        path = std::filesystem::temp_directory_path() /
               ("daler_credentials_" + std::to_string(::getpid()));
        std::filesystem::create_directory(path);
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("the right user and password are accepted, others are refused", "[rpc]") {
    const auto made = Credentials::make({.user = "me", .password = "a:secret"});
    REQUIRE(made);
    CHECK(made->user(basic("me:a:secret")) == "me");
    const auto header = GENERATE(as<std::string>(), basic("me:a:secre"), basic("me:a:secret "),
                                 basic("you:a:secret"), basic("me"), basic(""), "", "Basic",
                                 "Basic !!!", "Bearer abc");
    CAPTURE(header);
    CHECK_FALSE(made->user(header));
}

TEST_CASE("passwords of rpcauth users are checked by their salted hash", "[rpc]") {
    const auto hash = to_hex(crypto::hmac_sha256(as_bytes("salt"), as_bytes("secret")));
    const auto made = Credentials::make({.auth = {"me:salt$" + hash}});
    REQUIRE(made);
    CHECK(made->user(basic("me:secret")) == "me");
    CHECK_FALSE(made->user(basic("me:other")));
    CHECK_FALSE(made->user(basic("you:secret")));
    const auto text = GENERATE(as<std::string>(), "me", "me:salt", "me$x:y", "a:b:c$d", "a:b$c$d");
    CAPTURE(text);
    const auto wrong = Credentials::make({.auth = {text}});
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error() == "Invalid -rpcauth argument.");
}

TEST_CASE("only the owner may read the cookie file, and the node removes it", "[rpc]") {
    const Folder folder;
    const auto cookie = folder.path / ".cookie";
    const auto made = Credentials::make({.user = "ignored", .cookie = cookie});
    REQUIRE(made);
    CHECK_FALSE(std::filesystem::exists(cookie));
    made->write_cookie();
    const std::string text = read(cookie);
    CHECK(text.size() == std::string("__cookie__:").size() + 64);
    CHECK(text.starts_with("__cookie__:"));
    CHECK(made->user(basic(text)) == "__cookie__");
    CHECK(std::filesystem::status(cookie).permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));

    SECTION("it is removed at the end") {
        made->remove_cookie();
        CHECK_FALSE(std::filesystem::exists(cookie));
    }
    SECTION("it is not removed if another process has written it since") {
        std::ofstream(cookie) << "__cookie__:other";
        made->remove_cookie();
        CHECK(std::filesystem::exists(cookie));
    }
    SECTION("the next start makes a new one") {
        const auto next = Credentials::make({.cookie = cookie});
        next->write_cookie();
        CHECK(read(cookie) != text);
    }
}

TEST_CASE("with a password there is no cookie", "[rpc]") {
    const Folder folder;
    const auto cookie = folder.path / ".cookie";
    const auto made = Credentials::make({.user = "me", .password = "x", .cookie = cookie});
    made->write_cookie();
    CHECK_FALSE(std::filesystem::exists(cookie));
}

TEST_CASE("whitelists restrict the methods of a user", "[rpc]") {
    const auto make = [](std::vector<std::string> lists, std::optional<bool> restricts) {
        return *Credentials::make(
            {.whitelist = std::move(lists), .whitelist_restricts = restricts});
    };
    CHECK(make({}, {}).allowed("me") == nullptr);
    const auto listed = make({"me:a, b", "me:b,c", "you:"}, {});
    CHECK(*listed.allowed("me") == std::set<std::string>{"b"});
    CHECK(listed.allowed("you")->empty());
    CHECK(listed.allowed("other")->empty());
    CHECK(make({"me:a"}, false).allowed("other") == nullptr);
    CHECK(make({}, true).allowed("other")->empty());
}
