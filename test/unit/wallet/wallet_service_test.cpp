#include <daler/wallet/wallet_service.h>

#include <test.h>

#include <fstream>
#include <future>
#include <thread>

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

TEST_CASE("an impossible request for a wallet file fails with its reason", "[wallet]") {
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

TEST_CASE("a call without a name uses the only open wallet", "[wallet]") {
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

TEST_CASE("the default wallet yields to another one", "[wallet]") {
    ServiceBench bench;
    auto options = bench.options();
    options.default_wallet = {.name = "usual"};
    WalletService service(bench.node, options, bench.settings);
    const auto name = [&] {
        return service.with({}, [](Wallet& wallet) { return wallet.name(); });
    };
    REQUIRE(service.create("usual", {}));
    CHECK(*name() == "usual");
    REQUIRE(service.create("a", {}));
    CHECK(*name() == "a");
    REQUIRE(service.create("b", {}));
    CHECK(name().error().kind == FailureKind::not_specified);
    REQUIRE(service.unload("a", {}));
    REQUIRE(service.unload("b", {}));
    CHECK(*name() == "usual");
    REQUIRE(service.unload("usual", {}));
    CHECK(name().error().kind == FailureKind::not_found);
}

TEST_CASE("the default wallet is created only where there is no wallet", "[wallet]") {
    ServiceBench bench;
    auto options = bench.options();
    options.default_wallet = {.name = "usual"};
    using Names = std::vector<std::string>;
    {
        WalletService service(bench.node, options, bench.settings);
        REQUIRE(service.create("a", {}));
        REQUIRE(service.create_default());
        CHECK(service.list() == Names{"a"});
        REQUIRE(service.unload("a", {}));
        REQUIRE(service.create_default());
        CHECK(service.list().empty());
    }
    std::filesystem::remove_all(bench.path("a"));
    WalletService service(bench.node, options, bench.settings);
    std::vector<std::thread> callers;
    std::atomic<int> created{0};
    for (int i = 0; i < 8; ++i)
        callers.emplace_back([&] { created += service.create_default().has_value() ? 1 : 0; });
    for (auto& caller : callers)
        caller.join();
    CHECK(created == 8);
    CHECK(service.list() == Names{"usual"});
    CHECK(bench.settings.names == Names{"usual"});
}

TEST_CASE("a default wallet without transactions is taken over by create", "[wallet]") {
    ServiceBench bench;
    auto options = bench.options();
    options.default_wallet = {.name = "usual"};
    WalletService service(bench.node, options, bench.settings);
    REQUIRE(service.create_default());
    const auto script = *service.with({}, [](Wallet& wallet) { return address(wallet); });
    REQUIRE(service.create("usual", {.flags = {}, .load_on_startup = false}));
    CHECK(bench.settings.names.empty());
    CHECK(*service.with({}, [&](Wallet& wallet) { return wallet.keys().find(script) != nullptr; }));
    CHECK(service.create("usual", {.flags = {.blank = true}}).error().kind ==
          FailureKind::already_exists);
    service.transaction_added(bench.node.pay(script, coins(1)));
    CHECK(service.create("usual", {}).error().kind == FailureKind::already_exists);
}

TEST_CASE("with a seed for choices, keys depend on the seed and the wallet's name", "[wallet]") {
    const auto script = [](std::uint8_t seed, const std::string& name) {
        ServiceBench bench;
        auto options = bench.options();
        options.choice_seed = crypto::Digest256{seed};
        WalletService service(bench.node, options, bench.settings);
        REQUIRE(service.create(name, {}));
        return *service.with(name, [](Wallet& wallet) { return address(wallet); });
    };
    CHECK(script(1, "w") == script(1, "w"));
    CHECK(script(1, "w") != script(1, "v"));
    CHECK(script(1, "w") != script(2, "w"));
}

TEST_CASE("a default wallet with a seed has the same keys again and finds its coins", "[wallet]") {
    ServiceBench bench;
    auto options = bench.options();
    options.default_wallet = {.name = "usual", .seed = crypto::Digest256{1}};
    const auto first_script = [](WalletService& service) {
        return *service.with({}, [](Wallet& wallet) { return address(wallet); });
    };
    Script script;
    {
        WalletService service(bench.node, options, bench.settings);
        REQUIRE(service.create_default());
        script = first_script(service);
        bench.node.mine(script);
        bench.node.mine_many(3);
    }
    std::filesystem::remove_all(bench.path("usual"));
    {
        WalletService service(bench.node, options, bench.settings);
        REQUIRE(service.create_default());
        const auto balances =
            service.with({}, [](Wallet& wallet) { return wallet.history().balances(); });
        CHECK(balances->immature == coins(50));
        CHECK(first_script(service) != script);
    }
    std::filesystem::remove_all(bench.path("usual"));
    options.default_wallet->seed = crypto::Digest256{2};
    WalletService service(bench.node, options, bench.settings);
    REQUIRE(service.create_default());
    CHECK(first_script(service) != script);
}

TEST_CASE("a wallet that cannot read the chain is not created", "[wallet]") {
    ServiceBench bench;
    auto options = bench.options();
    options.default_wallet = {.name = "usual", .seed = crypto::Digest256{1}};
    bench.node.mine_many(3);
    bench.node.forget_blocks();
    WalletService service(bench.node, options, bench.settings);
    CHECK(message(service.create_default())
              .starts_with("Wallet loading failed. There was an error reading block"));
    CHECK(service.list_dir().empty());
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
    const auto warnings = service.open_at_start({"yes", "no", "missing", "yes"});
    CHECK(service.list() == std::vector<std::string>{"yes", "no"});
    REQUIRE(warnings);
    REQUIRE(warnings->size() == 1);
    CHECK(
        warnings->front().starts_with("Skipping -wallet path that doesn't exist. Failed to load "));
}

TEST_CASE("seen_height is the lowest height that the files of the open wallets contain",
          "[wallet]") {
    ServiceBench bench;
    constexpr auto all = std::numeric_limits<Height>::max();
    WalletService service(bench.node, bench.options(), bench.settings);
    service.drain();
    CHECK(service.seen_height() == all);
    REQUIRE(service.create("a", {}));
    for (int i = 0; i < 3; ++i) {
        const auto& entry = bench.node.mine();
        service.block_connected(entry, bench.node.block(entry));
    }
    service.drain();
    CHECK(service.seen_height() <= 3);
    REQUIRE(service.with("a", [](Wallet& wallet) { wallet.flush(); }));
    service.drain();
    CHECK(service.seen_height() == 3);
    REQUIRE(service.unload("a", {}));
    service.drain();
    CHECK(service.seen_height() == all);
}

TEST_CASE("a new wallet with a large keypool derives it before it is open", "[wallet]") {
    ServiceBench bench;
    auto options = bench.options();
    options.keypool = 1'300;
    WalletService service(bench.node, options, bench.settings);
    REQUIRE(service.create("a", {}));
    const auto missing =
        service.with("a", [](const Wallet& wallet) { return wallet.keys().underived(); });
    CHECK(*missing == 0);
}

TEST_CASE("a call sees the notifications that came before it", "[wallet]") {
    ServiceBench bench;
    WalletService service(bench.node, bench.options(), bench.settings);
    REQUIRE(service.create("a", {}));
    const auto script = *service.with("a", [](Wallet& wallet) { return address(wallet); });
    service.transaction_added(bench.node.pay(script, coins(1)));
    const auto pending =
        service.with("a", [](Wallet& wallet) { return wallet.history().balances().pending; });
    CHECK(*pending == coins(1));
    const auto& entry = bench.node.mine(script);
    service.block_connected(entry, bench.node.block(entry));
    service.drain();
    CHECK(*service.with("a", [](Wallet& wallet) { return wallet.tip().height; }) == 1);
}

TEST_CASE("each change of a transaction's place is reported", "[wallet]") {
    ServiceBench bench;
    std::vector<std::pair<Txid, Height>> moves;  // 0: not in a block
    auto options = bench.options();
    options.transaction_moved = [&](const std::string& wallet, const TxRecord& record) {
        CHECK(wallet == "a");
        moves.emplace_back(record.txid, record.height);
    };
    const auto take = [&](WalletService& service) {
        service.drain();
        return std::exchange(moves, {});
    };
    using Moves = std::vector<std::pair<Txid, Height>>;
    WalletService service(bench.node, options, bench.settings);
    REQUIRE(service.create("a", {}));
    const auto script = *service.with("a", [](Wallet& wallet) { return address(wallet); });

    const auto tx = bench.node.pay(script, coins(1));
    bench.node.add_to_mempool(tx);
    service.transaction_added(tx);
    service.transaction_added(bench.node.pay(Script(Bytes{0x51}), coins(1)));
    CHECK(take(service) == Moves{{tx->txid, 0}});
    const auto& entry = bench.node.mine();
    service.block_connected(entry, bench.node.block(entry));
    CHECK(take(service) == Moves{{tx->txid, 1}});
    bench.node.rewind(0);
    service.block_disconnected(entry);
    CHECK(take(service) == Moves{{tx->txid, 0}});
    bench.node.reconnect(entry);
    service.block_connected(entry, bench.node.block(entry));
    CHECK(take(service) == Moves{{tx->txid, 1}});

    REQUIRE(service.with("a", [](Wallet& wallet) {
        auto range = wallet.scan_range(0, std::nullopt);
        REQUIRE(wallet.scan_some(range));
    }));
    CHECK(take(service) == Moves{{tx->txid, 1}});
}

TEST_CASE("an exception of the work is thrown to the caller", "[wallet]") {
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

TEST_CASE("only the owner may read a restored wallet, whatever the backup's permissions",
          "[wallet]") {
    ServiceBench bench;
    WalletService service(bench.node, bench.options(), bench.settings);
    REQUIRE(service.create("a", {}));
    const auto backup = bench.folder.path() / "backup.dat";
    REQUIRE(service.with("a", [&](Wallet& wallet) { wallet.backup(backup); }));
    namespace fs = std::filesystem;
    fs::permissions(backup, fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
    REQUIRE(service.restore("b", backup, {}));
    CHECK(fs::status(bench.path("b") + "/wallet.dat").permissions() ==
          (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("a wallet of another chain is not recognised", "[wallet]") {
    ServiceBench bench;
    WalletService service(bench.node, bench.options(), bench.settings);
    REQUIRE(service.create("a", {}));
    REQUIRE(service.unload("a", {}));
    {
        std::fstream file(bench.path("a") + "/wallet.dat",
                          std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(68);
        file.write("\x0b\x11\x09\x07", 4);
    }
    const auto refused = service.load("a", {});
    CHECK(message(refused) == "Wallet file verification failed. Failed to load database path '" +
                                  bench.path("a") + "'. Data is not in recognized format.");
    CHECK(refused.error().kind == FailureKind::not_found);
    CHECK(service.list_dir().empty());
}

TEST_CASE("while a scan runs, another scan and unloading the wallet fail", "[wallet]") {
    ServiceBench bench;
    WalletService service(bench.node, bench.options(), bench.settings);
    REQUIRE(service.create("a", {}));
    bench.node.mine_many(5);
    const auto view = bench.node.view();
    service.block_connected(view->tip(), bench.node.block(view->tip()));
    service.drain();
    const std::string busy = "Wallet is currently rescanning. Abort existing rescan or wait.";
    const auto on_wallet = [&](auto work) { return service.with("a", work); };
    CHECK_FALSE(*on_wallet([](Wallet& wallet) { return wallet.abort_scan(); }));
    CHECK(*on_wallet([](Wallet& wallet) { return wallet.begin_scan().has_value(); }));
    CHECK(*on_wallet([](Wallet& wallet) { return message(wallet.begin_scan()); }) == busy);
    CHECK(message(service.unload("a", {})) == busy);
    auto range = *on_wallet([](Wallet& wallet) { return wallet.scan_range(0, {}); });
    CHECK(range.last == 5);
    CHECK(*on_wallet([](Wallet& wallet) { return wallet.abort_scan(); }));
    CHECK_FALSE(*on_wallet([](Wallet& wallet) { return wallet.abort_scan(); }));
    CHECK(*on_wallet([&](Wallet& wallet) { return message(wallet.scan_some(range)); }) ==
          "Rescan aborted.");
    CHECK(on_wallet([](Wallet& wallet) { wallet.end_scan(); }));
    CHECK(service.unload("a", {}));
}

TEST_CASE("queued notifications use bounded memory, and their effects are not lost", "[wallet]") {
    ServiceBench bench;
    WalletService service(bench.node, bench.options(), bench.settings);
    REQUIRE(service.create("a", {}));
    const auto script = *service.with("a", [](Wallet& wallet) { return address(wallet); });
    // A few hundred of these exceed the limit.
    Transaction large = *bench.node.pay(elsewhere, coins(1));
    large.inputs[0].script_sig = Script(Bytes(90'000));
    std::promise<void> busy;
    std::thread caller(
        [&] { (void)service.with("a", [&](Wallet&) { busy.get_future().wait(); }); });
    std::vector<std::weak_ptr<const Block>> blocks;
    std::vector<std::weak_ptr<const SealedTransaction>> transactions;
    for (int i = 0; i < 400; ++i) {
        large.lock_time = static_cast<std::uint32_t>(i);
        const auto tx = seal(large);
        service.transaction_added(tx);
        transactions.push_back(tx);
    }
    const auto payment = bench.node.pay(script, coins(2));
    for (int i = 0; i < 50; ++i) {
        const auto& entry = bench.node.mine(script);
        // The queue gets a copy, so that the test sees whether the queue keeps it.
        const auto copy = std::make_shared<const Block>(*bench.node.block(entry));
        service.block_connected(entry, copy);
        blocks.push_back(copy);
    }
    bench.node.mempool = {payment};
    service.transaction_added(payment);
    const auto alive = [](const auto& refs) {
        return std::ranges::count_if(refs, [](const auto& ref) { return !ref.expired(); });
    };
    CHECK(alive(blocks) <= 4);
    CHECK(alive(transactions) < 200);
    busy.set_value();
    caller.join();
    const auto balances =
        *service.with("a", [](Wallet& wallet) { return wallet.history().balances(); });
    CHECK(balances.immature == coins(50 * 50));
    CHECK(balances.pending == coins(2));
}

TEST_CASE("a folder that cannot be written gives a clear failure", "[wallet]") {
    ServiceBench bench;
    auto options = bench.options();
    options.folder = "/proc/nowhere";
    WalletService service(bench.node, options, bench.settings);
    const auto refused = service.create("a", {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == FailureKind::wallet);
}

TEST_CASE("wallets of a file system in memory leave nothing on disk", "[wallet]") {
    ServiceBench bench;
    const auto files = storage::memory_file_system();
    auto options = bench.options();
    options.folder = "/nowhere/wallets";
    options.files = files.get();
    WalletService service(bench.node, options, bench.settings);
    REQUIRE(service.create("a", {}));
    REQUIRE(service.create("b/c", {}));
    CHECK(service.list_dir() == std::vector<std::string>{"a", "b/c"});
    CHECK(service.create("a", {}).error().message.ends_with("Database already exists."));
    const auto new_address = [&] {
        return *service.with("a", [](Wallet& wallet) { return address(wallet); });
    };
    const auto first = new_address();
    REQUIRE(service.unload("a", {}));
    REQUIRE(service.load("a", {}));
    CHECK(new_address() != first);
    CHECK_FALSE(std::filesystem::exists("/nowhere"));

    // Backups are files of the disk, in both directions.
    const auto backup = bench.folder.path() / "backup.dat";
    REQUIRE(service.with("a", [&](Wallet& wallet) { wallet.backup(backup); }));
    CHECK(std::filesystem::exists(backup));
    REQUIRE(service.restore("copy", backup, {}));
    CHECK(*service.with("copy",
                        [&](Wallet& wallet) { return wallet.keys().find(first) != nullptr; }));
    CHECK(service.list_dir() == std::vector<std::string>{"a", "b/c", "copy"});
}

TEST_CASE("a wallet file that was on disk is opened in memory", "[wallet]") {
    ServiceBench bench;
    {
        WalletService service(bench.node, bench.options(), bench.settings);
        REQUIRE(service.create("a", {}));
    }
    const auto files = storage::memory_file_system();
    auto options = bench.options();
    options.files = files.get();
    storage::copy_file(storage::real_file_system(), bench.path("a") + "/wallet.dat", *files,
                       bench.path("a") + "/wallet.dat");
    WalletService service(bench.node, options, bench.settings);
    CHECK(service.load("a", {}));
}
