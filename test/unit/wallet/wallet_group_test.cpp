#include <daler/util/storage_error.h>

#include <sys/resource.h>
#include <test.h>

#include <csignal>
#include <thread>

#include "fake_node.h"

using namespace daler;
using namespace daler::wallet;
using namespace daler::wallet::test;

namespace {

class IgnoredSettings final : public SettingsStore {
public:
    [[nodiscard]] std::vector<std::string> list() const override { return {}; }
    void add(const std::string&) override {}
    void remove(const std::string&) override {}
};

/// A service with a wallet "w" that has `coins` coins, and callers that pay at the same time.
class GroupBench {
public:
    explicit GroupBench(int coins) {
        WalletOptions options;
        options.folder = bench_.folder.path();
        options.fallback_fee = {Amount{20'000}};
        options.keypool = 30;
        service_ = std::make_unique<WalletService>(bench_.node, options, settings_);
        REQUIRE(service_->create("w", {}));
        Script script;
        REQUIRE(service_->with("w", [&](Wallet& wallet) {
            script = address(wallet);
            wallet_ = &wallet;
        }));
        for (int i = 0; i < coins; ++i)
            mine(script);
        for (int i = 0; i < 101; ++i)
            mine(elsewhere);
    }

    /// What the callers got: the transactions, or the number of those that failed.
    struct Result {
        std::vector<Txid> paid;
        int failed = 0;
    };

    /// Payments of one coin each, which wait for the wallet's thread together.
    Result pay_at_once(int callers) {
        Result out;
        std::mutex mutex;  // guards out
        std::promise<void> release;
        std::promise<void> started;
        std::thread holder([&] {
            service_->call([&] {
                started.set_value();
                release.get_future().wait();
            });
        });
        started.get_future().wait();
        std::vector<std::thread> threads;
        for (int i = 0; i < callers; ++i)
            threads.emplace_back([&] {
                const auto paid = pay();
                const std::lock_guard lock(mutex);
                if (paid)
                    out.paid.push_back(*paid);
                else
                    ++out.failed;
            });
        release.set_value();
        holder.join();
        for (auto& thread : threads)
            thread.join();
        return out;
    }

    [[nodiscard]] FakeNode& node() { return bench_.node; }
    [[nodiscard]] const Wallet& wallet() const { return *wallet_; }
    [[nodiscard]] WalletService& service() { return *service_; }
    [[nodiscard]] Amount balance() {
        return *service_->with("w",
                               [](Wallet& wallet) { return wallet.history().balances().trusted; });
    }
    /// The transactions that the wallet's file has, as after a crash at this moment.
    [[nodiscard]] std::set<Txid> stored() {
        const auto file = bench_.folder.path() / "w" / "wallet.dat";
        const auto copy = bench_.folder.path() / "crashed.dat";
        for (const auto* suffix : {"", "-wal"}) {
            std::filesystem::copy_file(file.string() + suffix, copy.string() + suffix,
                                       std::filesystem::copy_options::overwrite_existing);
        }
        std::set<Txid> out;
        auto crashed = Wallet::open(bench_.context(), "crashed", copy);
        for (const auto& record : crashed->history().records())
            if (!record.abandoned) out.insert(record.txid);
        Wallet::discard(std::move(crashed));
        return out;
    }

private:
    void mine(const Script& script) {
        const auto& entry = bench_.node.mine(script);
        service_->block_connected(entry, bench_.node.block(entry));
        service_->drain();
    }

    std::optional<Txid> pay() {
        try {
            return *service_->change("w", [](Wallet& wallet) {
                const auto payment = wallet.prepare({.recipients = {{elsewhere, coins(1)}}});
                if (!payment) throw std::runtime_error(payment.error().message);
                return *wallet.send(*payment, "", "");
            });
        } catch (const std::exception&) {
            return std::nullopt;
        }
    }

    Bench bench_;
    IgnoredSettings settings_;
    std::unique_ptr<WalletService> service_;
    const Wallet* wallet_ = nullptr;
};

/// While it exists, files cannot grow beyond `size`.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t size) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{size, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &before_);
        (void)std::signal(SIGXFSZ, handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    void (*handler_)(int);
    rlimit before_{};
};

}  // namespace

TEST_CASE("payments that wait together are stored before one of them is broadcast", "[wallet]") {
    GroupBench bench(40);
    std::size_t largest = 0;
    bench.node().before_broadcast = [&] {
        // Payments that are not broadcast yet are in no group that is still to be written.
        std::set<Txid> unsent;
        for (const auto& record : bench.wallet().history().records())
            if (record.status == TxStatus::inactive) unsent.insert(record.txid);
        largest = std::max(largest, unsent.size());
        const auto stored = bench.stored();
        CHECK(std::ranges::includes(stored, unsent));
    };
    // The callers need not reach the queue before the thread is free, but usually do.
    for (int round = 0; round < 10 && largest < 2; ++round) {
        const auto result = bench.pay_at_once(4);
        CHECK(result.paid.size() == 4);
    }
    CHECK(largest >= 2);
}

TEST_CASE("a payment may spend the change of one that is in its group", "[wallet]") {
    GroupBench bench(1);
    for (int round = 0; round < 3; ++round) {
        const auto result = bench.pay_at_once(5);
        CHECK(result.paid.size() == 5);
        CHECK(std::set(result.paid.begin(), result.paid.end()).size() == 5);
    }
    CHECK(bench.node().broadcasts == 15);
    CHECK(bench.balance() < coins(35));
    CHECK(bench.balance() > coins(34));
}

TEST_CASE("if payments cannot be written, all of them fail and their coins are free", "[wallet]") {
    GroupBench bench(20);
    REQUIRE(bench.service().with("w", [](Wallet& wallet) { wallet.flush(); }));
    const auto before = bench.balance();
    const auto stored = bench.stored();
    {
        const FileSizeLimit limit(1);
        const auto result = bench.pay_at_once(6);
        CHECK(result.failed == 6);
    }
    CHECK(bench.node().broadcasts == 0);
    CHECK(bench.stored() == stored);
    CHECK(bench.balance() == before);
    const auto result = bench.pay_at_once(6);
    CHECK(result.paid.size() == 6);
    const auto now = bench.stored();
    CHECK(now.size() == stored.size() + 6);
    for (const auto& txid : result.paid)
        CHECK(now.contains(txid));
}
