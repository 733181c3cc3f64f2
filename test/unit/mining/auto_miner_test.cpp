#include "fixture.h"

#include <daler/mining/auto_miner.h>
#include <daler/mining/block_signer.h>

#include <thread>

using namespace daler;
using namespace daler::test;
using mining::AutoMiner;

namespace {

mining::AutoMineSetting setting(std::string_view when) {
    return {*mining::AutoMineEvents::parse(when), "", 1};
}

template <class Condition>
void eventually(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
        REQUIRE(std::chrono::steady_clock::now() < deadline);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

/// An AutoMiner that pays to anyone and keeps its setting in `files`.
struct Automatic : MiningFixture {
    using MiningFixture::MiningFixture;

    void open() {
        miner.reset();
        AutoMiner::Options chosen;
        chosen.files = files.get();
        chosen.file = "/node/automine.json";
        chosen.wallet_script = [this]() -> Result<Script, std::string> {
            if (has_wallet) return anyone_can_spend();
            return fail(std::string("no wallet"));
        };
        chosen.block_signer = [] { return std::shared_ptr<const mining::BlockSigner>(); };
        miner = std::make_unique<AutoMiner>(ledger, clock, std::move(chosen));
    }

    std::unique_ptr<storage::FileSystem> files = storage::memory_file_system();
    std::atomic<bool> has_wallet{true};
    std::unique_ptr<AutoMiner> miner;
};

}  // namespace

TEST_CASE("a transaction is confirmed by a block of its own accord", "[mining][automine]") {
    Automatic node;
    node.mine(4);
    node.open();
    REQUIRE(node.miner->set(setting("tx")));
    const auto early = node.pay(node.coinbase(1));
    CHECK(node.height() == 4);
    node.miner->start();
    eventually([&] { return node.height() == 5; });
    CHECK_FALSE(node.is_unconfirmed(early));
    const auto late = node.pay(node.coinbase(2));
    eventually([&] { return !node.is_unconfirmed(late); });
    CHECK(node.height() == 6);
    eventually([&] { return node.miner->status().blocks == 2; });
}

TEST_CASE("a setting is kept, unless it is for one run", "[mining][automine]") {
    Automatic node;
    node.files->create_folders("/node");
    node.open();
    CHECK(node.miner->setting() == setting("off"));
    REQUIRE(node.miner->set(setting("tx,30s")));
    node.open();
    CHECK(node.miner->setting() == setting("tx,30s"));
    REQUIRE(node.miner->set(setting("off"), AutoMiner::Keep::this_run));
    CHECK(node.miner->setting() == setting("off"));
    node.open();
    CHECK(node.miner->setting() == setting("tx,30s"));
}

TEST_CASE("what cannot be is refused", "[mining][automine]") {
    Automatic node;
    node.open();
    CHECK_FALSE(node.miner->set(setting("cpu")));
    auto foreign = setting("tx");
    foreign.address = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2";
    CHECK_FALSE(node.miner->set(foreign));
    auto many = setting("tx");
    many.threads = AutoMiner::max_threads + 1;
    CHECK_FALSE(node.miner->set(many));
    node.clock.stop_chain_time(from_unix(1'800'000'000));
    for (const auto* when : {"10s", "poisson:10s", "tx,10s"})
        CHECK_FALSE(node.miner->set(setting(when)));
    CHECK(node.miner->set(setting("tx")));
}

TEST_CASE("an error is shown until a block is mined", "[mining][automine]") {
    Automatic node;
    node.has_wallet = false;
    node.open();
    node.miner->start();
    REQUIRE(node.miner->set(setting("1s")));
    eventually([&] { return node.miner->status().error == "no wallet"; });
    CHECK(node.height() == 0);
    node.has_wallet = true;
    eventually([&] { return node.height() > 0; });
    eventually([&] { return node.miner->status().error.empty(); });
}

TEST_CASE("a miner whose threads end at that moment can be destroyed", "[mining][automine]") {
    auto params = MiningFixture::short_maturity();
    params.retarget.never = false;  // otherwise cpu is refused
    Automatic node(params);
    for (int i = 0; i < 20; ++i) {
        node.open();
        REQUIRE(node.miner->set(setting("cpu")));
        node.miner->start();
        const auto height = node.height();
        eventually([&] { return node.height() > height; });
        REQUIRE(node.miner->set(setting("off")));
        node.miner.reset();
    }
}
