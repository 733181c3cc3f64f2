#include <daler/wallet/wallet_service.h>

#include <test.h>

#include "fake_node.h"

using namespace daler;
using namespace daler::wallet;
using namespace daler::wallet::test;

namespace {

class NoSettings final : public SettingsStore {
public:
    [[nodiscard]] std::vector<std::string> list() const override { return names; }
    void add(const std::string& wallet) override { names.push_back(wallet); }
    void remove(const std::string& wallet) override { std::erase(names, wallet); }
    std::vector<std::string> names;
};

/// A service on disk or in memory, whose wallets get the node's notifications when `follow` says.
struct SavepointBench {
    explicit SavepointBench(bool in_memory) {
        if (in_memory) memory = storage::memory_file_system();
        open();
    }
    void open() {
        WalletOptions options;
        options.folder = folder.path();
        options.keypool = 30;
        if (memory) options.files = memory.get();
        service = std::make_unique<WalletService>(node, options, settings);
    }
    Script new_address(const std::string& name) {
        Script out;
        REQUIRE(service->with(name, [&](Wallet& wallet) { out = address(wallet); }));
        return out;
    }
    void mine_to(const std::string& name) {
        const auto script = new_address(name);
        const auto& entry = node.mine(script);
        service->block_connected(entry, node.block(entry));
        service->drain();
    }
    std::string shown(const std::string& name) {
        std::string out;
        const auto done = service->with(name, [&](Wallet& wallet) {
            out += std::to_string(wallet.tip().height) + " ";
            out += std::to_string(wallet.history().balances().immature.satoshis()) + " ";
            for (const auto& record : wallet.history().records())
                out += record.txid.to_hex() + " ";
            for (const auto& record : wallet.keys().records())
                out += std::to_string(record.next_index) + "/" + std::to_string(record.range_end) +
                       " ";
            for (const auto& [where, label] : wallet.labels())
                out += where + "=" + label.label + " ";
            for (const auto& coin : wallet.locked_coins())
                out += coin.txid.to_hex() + " ";
            out += std::to_string(wallet.keys().script_count());
        });
        return done ? out : done.error().message;
    }
    std::vector<MovedWallet> return_to(const Savepoint& savepoint, Height height) {
        return service->call([&] {
            return service->return_to(
                savepoint, [&] { node.rewind(height); }, true);
        });
    }

    FakeNode node;
    TemporaryFolder folder;
    NoSettings settings;
    std::unique_ptr<storage::FileSystem> memory;
    std::unique_ptr<WalletService> service;
};

}  // namespace

TEST_CASE("wallets return to a savepoint, as often as wanted", "[wallet]") {
    SavepointBench bench(GENERATE(false, true));
    REQUIRE(bench.service->create("a", {}));
    REQUIRE(bench.service->create("b", {}));
    bench.mine_to("a");
    const OutPoint coin{Txid{}, 7};
    REQUIRE(bench.service->with("a", [&](Wallet& wallet) { wallet.lock_coin(coin, false); }));
    // All scripts are derived, so that their number is the same afterwards.
    for (const std::string name : {"a", "b"})
        REQUIRE(bench.service->with(name, [](Wallet& wallet) { (void)wallet.top_up(100'000); }));
    const auto height = bench.node.height();
    const auto savepoint = bench.service->call([&] { return bench.service->savepoint(); });
    const auto a = bench.shown("a");
    const auto b = bench.shown("b");
    for (int i = 0; i < 2; ++i) {
        bench.mine_to("a");
        bench.mine_to("b");
        REQUIRE(bench.service->with("a", [&](Wallet& wallet) { wallet.unlock_coin(coin); }));
        CHECK(bench.shown("a") != a);
        if (i == 1) REQUIRE(bench.service->unload("b", {}));
        CHECK(bench.return_to(savepoint, height).empty());
        CHECK(bench.service->list() == std::vector<std::string>{"a", "b"});
        CHECK(bench.shown("a") == a);
        if (i == 0) CHECK(bench.shown("b") == b);
    }
}

TEST_CASE("wallets that are later than a savepoint are moved aside", "[wallet]") {
    SavepointBench bench(GENERATE(false, true));
    REQUIRE(bench.service->create("a", {.flags = {}, .load_on_startup = true}));
    const auto savepoint = bench.service->call([&] { return bench.service->savepoint(); });
    REQUIRE(bench.service->create("b", {.flags = {}, .load_on_startup = true}));
    const auto script = bench.new_address("b");
    const auto moved = bench.return_to(savepoint, bench.node.height());
    REQUIRE(moved.size() == 1);
    CHECK(moved[0].name == "b");
    CHECK(moved[0].new_name == "b.reverted-1");
    CHECK(bench.service->list() == std::vector<std::string>{"a"});
    CHECK(bench.settings.names == std::vector<std::string>{"a"});
    // What was moved aside stays where it is, and a new wallet may have the name.
    REQUIRE(bench.service->create("b", {}));
    const auto again = bench.return_to(savepoint, bench.node.height());
    REQUIRE(again.size() == 1);
    CHECK(again[0].new_name == "b.reverted-2");
    REQUIRE(bench.service->load("b.reverted-1", {}));
    bool found = false;
    REQUIRE(bench.service->with(
        "b.reverted-1", [&](Wallet& wallet) { found = wallet.keys().find(script) != nullptr; }));
    CHECK(found);
}

TEST_CASE("a wallet that was not open returns, too, and stays closed", "[wallet]") {
    SavepointBench bench(GENERATE(false, true));
    REQUIRE(bench.service->create("a", {}));
    REQUIRE(bench.service->unload("a", {}));
    const auto savepoint = bench.service->call([&] { return bench.service->savepoint(); });
    REQUIRE(bench.service->load("a", {}));
    bench.new_address("a");
    const auto after = bench.shown("a");
    CHECK(bench.return_to(savepoint, bench.node.height()).empty());
    CHECK(bench.service->list().empty());
    REQUIRE(bench.service->load("a", {}));
    CHECK(bench.shown("a") != after);
}

TEST_CASE("without reopening, only files return", "[wallet]") {
    SavepointBench bench(GENERATE(false, true));
    REQUIRE(bench.service->create("a", {}));
    bench.new_address("a");
    const auto savepoint = bench.service->call([&] { return bench.service->savepoint(); });
    bench.new_address("a");
    REQUIRE(bench.service->unload("a", {}));
    (void)bench.service->call([&] {
        return bench.service->return_to(
            savepoint, [] {}, false);
    });
    CHECK(bench.service->list().empty());
    REQUIRE(bench.service->load("a", {}));
    CHECK(bench.service->call([&] { return bench.service->savepoint(); }) == savepoint);
}
