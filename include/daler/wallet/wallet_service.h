#pragma once

#include <daler/wallet/wallet.h>

#include <functional>
#include <future>
#include <memory>

namespace daler::wallet {

/// Remembers which wallets are to be loaded at start (settings.json). Implemented by the node;
/// called on the wallet thread.
class SettingsStore {
public:
    virtual ~SettingsStore() = default;
    [[nodiscard]] virtual std::vector<std::string> list() const = 0;
    /// Both are on disk when they return. They throw StorageError.
    virtual void add(const std::string& wallet) = 0;
    virtual void remove(const std::string& wallet) = 0;
};

/// How a new wallet is made.
struct CreateOptions {
    WalletFlags flags;
    std::optional<bool> load_on_startup{};  ///< nothing: leave the settings as they are
};

/// The door to all wallets. Owns the thread on which they live. Long work goes in slices, one call
/// each, so that others have their turn in between. The blocking calls are for any
/// thread but the ledger's; the news are for the ledger's, and only queue. Everything happens in
/// the order in which it was called, so a call sees all news that came before it. Trouble with the
/// disk is a Failure of the call that met it; the node goes on.
class WalletService {
public:
    WalletService(NodeView& node, WalletOptions options, SettingsStore& settings);
    /// Ends scans, finishes what is queued, writes and closes all wallets.
    ~WalletService();
    WalletService(const WalletService&) = delete;
    WalletService& operator=(const WalletService&) = delete;

    [[nodiscard]] const WalletOptions& options() const { return options_; }

    /// Opens these wallets, each once. Gives a warning for each that is not there; the error is why
    /// one that is there could not be opened.
    Result<std::vector<std::string>, std::string> open_at_start(
        const std::vector<std::string>& names);

    Outcome<void> create(const std::string& name, const CreateOptions& options);
    Outcome<void> load(const std::string& name, std::optional<bool> load_on_startup);
    Outcome<void> unload(const std::string& name, std::optional<bool> load_on_startup);
    /// Copies a backup to a new wallet's place and loads it.
    Outcome<void> restore(const std::string& name, const std::filesystem::path& backup,
                          std::optional<bool> load_on_startup);
    /// Names of the open wallets, in the order in which they were opened.
    [[nodiscard]] std::vector<std::string> list();
    /// Names of all wallets in the folder.
    [[nodiscard]] std::vector<std::string> list_dir();

    /// Runs `work(Wallet&)` on the wallet thread and gives its result, or throws what it threw.
    /// Without a name: the only wallet that is open.
    template <class Work>
    auto with(const std::optional<std::string>& name, Work work)
        -> Outcome<std::invoke_result_t<Work&, Wallet&>> {
        using Value = std::invoke_result_t<Work&, Wallet&>;
        return call([&]() -> Outcome<Value> {
            const auto wallet = find(name);
            if (!wallet) return daler::fail(wallet.error());
            if constexpr (std::is_void_v<Value>) {
                work(**wallet);
                return {};
            } else {
                return work(**wallet);
            }
        });
    }

    /// Returns when all news queued so far have been handled.
    void drain() {
        call([] { return true; });
    }
    /// Makes running scans end early; shutdown starts with it.
    void interrupt() { interrupt_ = true; }
    /// The files of all open wallets have seen the chain up to here; the highest number if none is
    /// open. Blocks above may be read again. Any thread.
    [[nodiscard]] Height seen_height() const { return seen_height_; }

    // News, from the ledger thread.

    void block_connected(const chain::BlockEntry& entry, const BlockRef& block);
    void block_disconnected(const chain::BlockEntry& entry);
    void transaction_added(const TransactionRef& tx);
    void transaction_removed(const TransactionRef& tx);
    void transaction_displaced(const TransactionRef& tx);

private:
    struct Queue;

    /// Runs `work` on the wallet thread and waits for it.
    template <class Work>
    auto call(Work work) -> std::invoke_result_t<Work&> {
        std::promise<std::invoke_result_t<Work&>> promise;
        auto future = promise.get_future();
        post([&] {
            try {
                promise.set_value(work());
            } catch (...) {
                promise.set_exception(std::current_exception());
            }
        });
        return future.get();
    }

    void post(std::function<void()> job);
    void post_transaction(const TransactionRef& tx, void (Wallet::*tell)(const TransactionRef&));
    void run();
    /// What the thread does when nothing is queued; false if there is nothing to do.
    bool idle_work();
    /// What has to be done now and then, however busy the thread is.
    void timer();
    void note_seen_height();
    void for_each(const std::function<void(Wallet&)>& job);
    [[nodiscard]] Outcome<Wallet*> find(const std::optional<std::string>& name);
    [[nodiscard]] std::filesystem::path file_of(const std::string& name) const;
    Outcome<void> open(const std::string& name);
    Outcome<void> begin_open(const std::string& name);
    /// True when the wallet has been opened. Otherwise it is to be called again.
    Outcome<bool> continue_open(const std::string& name);
    Outcome<void> finish_opening(const std::string& name, Outcome<bool> done);
    Outcome<void> copy_backup(const std::string& name, const std::filesystem::path& backup) const;
    /// Carries out load_on_startup.
    Outcome<void> remember(const std::string& name, std::optional<bool> load_on_startup);

    NodeView& node_;
    const WalletOptions options_;
    SettingsStore& settings_;
    std::atomic<bool> interrupt_{false};
    std::vector<std::unique_ptr<Wallet>> wallets_;
    std::map<std::string, std::unique_ptr<Wallet>> opening_;  ///< catch up and hear no news yet
    std::atomic<Height> seen_height_{std::numeric_limits<Height>::max()};
    std::unique_ptr<Queue> queue_;
};

}  // namespace daler::wallet
