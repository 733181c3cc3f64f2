#include <daler/wallet/wallet_service.h>

#include <test.h>

#include <fstream>

#include "fake_node.h"

using namespace daler;
using namespace daler::wallet;
using namespace daler::wallet::test;

namespace {

class MemorySettings final : public SettingsStore {
public:
    [[nodiscard]] std::vector<std::string> list() const override { return names; }
    void add(const std::string& wallet) override {
        if (std::ranges::find(names, wallet) == names.end()) names.push_back(wallet);
    }
    void remove(const std::string& wallet) override { std::erase(names, wallet); }
    std::vector<std::string> names;
};

struct ServiceBench {
    FakeNode node;
    TemporaryFolder folder;
    MemorySettings settings;

    [[nodiscard]] WalletOptions options() const {
        WalletOptions out;
        out.folder = folder.path();
        out.keypool = 30;
        return out;
    }
    [[nodiscard]] std::string path(const std::string& name) const {
        return (folder.path() / name).string();
    }
};

template <class T>
std::string message(const Outcome<T>& outcome) {
    return outcome ? "" : outcome.error().message;
}

}  // namespace

TEST_CASE("wallets are created, unloaded and loaded by name", "[wallet]") {
    ServiceBench bench;
    WalletService service(bench.node, bench.options(), bench.settings);
    CHECK(service.list().empty());
    REQUIRE(service.create("a", {}));
    REQUIRE(service.create("b", {}));
    REQUIRE(service.create("", {}));
    CHECK(service.list() == std::vector<std::string>{"a", "b", ""});
    CHECK(service.list_dir() == std::vector<std::string>{"", "a", "b"});
    REQUIRE(service.unload("a", {}));
    CHECK(service.list() == std::vector<std::string>{"b", ""});
    CHECK(service.load("a", {}));
}

TEST_CASE("what cannot be done with a wallet file says why", "[wallet]") {
    ServiceBench bench;
    WalletService service(bench.node, bench.options(), bench.settings);
    REQUIRE(service.create("a", {}));
    CHECK(message(service.create("a", {})) ==
          "Wallet file verification failed. Failed to create database path '" + bench.path("a") +
              "'. Database already exists.");
    CHECK(message(service.load("a", {})) == "Wallet \"a\" is already loaded.");
    CHECK(service.load("a", {}).error().kind == FailureKind::already_loaded);
    CHECK(message(service.load("none", {})) ==
          "Wallet file verification failed. Failed to load database path '" + bench.path("none") +
              "'. Path does not exist.");
    CHECK(service.load("none", {}).error().kind == FailureKind::not_found);
    std::filesystem::create_directories(bench.path("junk"));
    std::ofstream(bench.path("junk") + "/wallet.dat") << "this is not a database, not at all";
    CHECK(message(service.load("junk", {})) ==
          "Wallet file verification failed. Failed to load database path '" + bench.path("junk") +
              "'. Data is not in recognized format.");
    CHECK(message(service.unload("none", {})) ==
          "Requested wallet does not exist or is not loaded");
}

TEST_CASE("without a name the only wallet is meant", "[wallet]") {
    ServiceBench bench;
    WalletService service(bench.node, bench.options(), bench.settings);
    const auto name = [&](const std::optional<std::string>& wanted) {
        return service.with(wanted, [](Wallet& wallet) { return wallet.name(); });
    };
    CHECK(name({}).error().kind == FailureKind::not_found);
    REQUIRE(service.create("a", {}));
    CHECK(*name({}) == "a");
    REQUIRE(service.create("b", {}));
    CHECK(name({}).error().kind == FailureKind::not_specified);
    CHECK(*name("b") == "b");
}

TEST_CASE("wallets to load at start are remembered", "[wallet]") {
    ServiceBench bench;
    {
        WalletService service(bench.node, bench.options(), bench.settings);
        REQUIRE(service.create("yes", {.flags = {}, .load_on_startup = true}));
        REQUIRE(service.create("no", {.flags = {}, .load_on_startup = false}));
        REQUIRE(service.create("gone", {.flags = {}, .load_on_startup = true}));
        REQUIRE(service.unload("gone", false));
    }
    CHECK(bench.settings.names == std::vector<std::string>{"yes"});
    WalletService service(bench.node, bench.options(), bench.settings);
    const auto failures = service.open_at_start({"no", "missing"});
    CHECK(service.list() == std::vector<std::string>{"yes", "no"});
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].find("Path does not exist") != std::string::npos);
}

TEST_CASE("a call sees all news that came before it", "[wallet]") {
    ServiceBench bench;
    WalletService service(bench.node, bench.options(), bench.settings);
    REQUIRE(service.create("a", {}));
    const auto script = *service.with("a", [](Wallet& wallet) { return address(wallet); });
    service.transaction_added(bench.node.pay(script, coins(1)));
    const auto pending =
        service.with("a", [](Wallet& wallet) { return wallet.history().balances().pending; });
    CHECK(*pending == coins(1));
    const auto& entry = bench.node.mine(script);
    service.block_connected(entry, bench.node.read_block(entry));
    service.drain();
    CHECK(*service.with("a", [](Wallet& wallet) { return wallet.tip().height; }) == 1);
}

TEST_CASE("what the work throws arrives at the caller", "[wallet]") {
    ServiceBench bench;
    WalletService service(bench.node, bench.options(), bench.settings);
    REQUIRE(service.create("a", {}));
    CHECK_THROWS_AS(service.with("a", [](Wallet&) -> int { throw std::out_of_range("x"); }),
                    std::out_of_range);
}

TEST_CASE("a backup is restored under another name", "[wallet]") {
    ServiceBench bench;
    WalletService service(bench.node, bench.options(), bench.settings);
    REQUIRE(service.create("a", {}));
    const auto backup = bench.folder.path() / "backup.dat";
    const auto script = *service.with("a", [&](Wallet& wallet) {
        auto out = address(wallet);
        wallet.backup(backup);
        return out;
    });
    REQUIRE(service.restore("b", backup, {}));
    CHECK(
        *service.with("b", [&](Wallet& wallet) { return wallet.keys().find(script) != nullptr; }));
    CHECK(service.restore("b", backup, {}).error().kind == FailureKind::already_exists);
    CHECK(message(service.restore("c", "/nowhere", {})) == "Backup file does not exist");
    std::ofstream(bench.folder.path() / "junk.dat") << "junk";
    CHECK_FALSE(service.restore("c", bench.folder.path() / "junk.dat", {}));
    CHECK_FALSE(std::filesystem::exists(bench.path("c")));
}

TEST_CASE("a folder that cannot be written is a clear failure", "[wallet]") {
    ServiceBench bench;
    auto options = bench.options();
    options.folder = "/proc/nowhere";
    WalletService service(bench.node, options, bench.settings);
    const auto refused = service.create("a", {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == FailureKind::wallet);
}
