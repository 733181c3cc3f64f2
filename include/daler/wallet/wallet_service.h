#pragma once

#include <daler/wallet/wallet.h>

#include <functional>
#include <future>
#include <memory>

namespace daler::wallet {

/// Stores which wallets are to be loaded at start (settings.json). Implemented by the node; called
/// on the wallet thread.
class SettingsStore {
public:
    virtual ~SettingsStore() = default;
    [[nodiscard]] virtual std::vector<std::string> list() const = 0;
    /// The changes are on disk when these return. They throw StorageError.
    virtual void add(const std::string& wallet) = 0;
    virtual void remove(const std::string& wallet) = 0;
};

/// How a new wallet is created.
struct CreateOptions {
    WalletFlags flags;
    std::optional<bool> load_on_startup{};  ///< nothing: leave the settings as they are
    std::unique_ptr<KeyVault> vault{};      ///< encrypts the wallet; null: not
};

/// The public interface to all wallets. Owns the wallet thread. Long work is cut into slices, one
/// call each, so that other calls run in between. The blocking calls are for any thread except the
/// ledger's. The notifications are for the ledger's thread and are only queued. Calls and
/// notifications are processed in order, so a call sees the effects of all notifications before it.
/// If the disk fails, the call that used it returns a Failure; the node keeps running.
class WalletService {
public:
    WalletService(NodeView& node, WalletOptions options, SettingsStore& settings);
    /// Ends scans, finishes what is queued, writes and closes all wallets.
    ~WalletService();
    WalletService(const WalletService&) = delete;
    WalletService& operator=(const WalletService&) = delete;

    [[nodiscard]] const WalletOptions& options() const { return options_; }

    /// Opens these wallets, each once. Returns a warning for each that does not exist. The error
    /// says why an existing one could not be opened.
    Result<std::vector<std::string>, std::string> open_at_start(
        const std::vector<std::string>& names);

    /// An open default wallet that has no transactions is taken over: it counts as new, with the
    /// keys that it has, unless `options` ask for other flags.
    Outcome<void> create(const std::string& name, CreateOptions options);
    /// Creates the default wallet, to be loaded at every start, if no wallet is open and none is in
    /// the folder. If another thread is creating it, waits for that. Requires
    /// `options().default_wallet`.
    Outcome<void> create_default();
    Outcome<void> load(const std::string& name, std::optional<bool> load_on_startup);
    Outcome<void> unload(const std::string& name, std::optional<bool> load_on_startup);
    /// Copies a backup to the file of a new wallet and loads it.
    Outcome<void> restore(const std::string& name, const std::filesystem::path& backup,
                          std::optional<bool> load_on_startup);
    /// Names of the open wallets, in the order in which they were opened.
    [[nodiscard]] std::vector<std::string> list();
    /// Names of all wallets in the folder.
    [[nodiscard]] std::vector<std::string> list_dir();

    /// Runs `work(Wallet&)` on the wallet thread and returns its result or throws its exception.
    /// Without a name: on the only open wallet, apart from the default one; on the default one if
    /// there is no other.
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

    /// As `with`, for work that changes the wallet, in a short time, and nothing else. Changes that
    /// wait for the thread together are written in one commit; each call returns after it. If the
    /// commit fails, all of them throw its StorageError. Work that throws in a group runs again
    /// when the work before it is written, so until then it must change nothing.
    template <class Work>
    auto change(const std::optional<std::string>& name, Work work)
        -> Outcome<std::invoke_result_t<Work&, Wallet&>> {
        using Value = std::invoke_result_t<Work&, Wallet&>;
        std::promise<Outcome<Value>> promise;
        auto future = promise.get_future();
        std::optional<Value> result;
        post_change(
            {.wallet = name,
             .run = [&](Wallet& wallet) { result.emplace(work(wallet)); },
             .answer = [&] { promise.set_value(std::move(*result)); },
             .refuse = [&](const Failure& failure) { promise.set_value(daler::fail(failure)); },
             .fail = [&](std::exception_ptr error) { promise.set_exception(error); }});
        return future.get();
    }

    /// Runs `work` on the wallet thread and waits for it.
    template <class Work>
    auto call(Work work) -> std::invoke_result_t<Work&> {
        std::promise<std::invoke_result_t<Work&>> promise;
        auto future = promise.get_future();
        post([&] {
            try {
                if constexpr (std::is_void_v<std::invoke_result_t<Work&>>) {
                    work();
                    promise.set_value();
                } else {
                    promise.set_value(work());
                }
            } catch (...) {
                promise.set_exception(std::current_exception());
            }
        });
        return future.get();
    }

    /// Returns when all notifications queued so far were processed.
    void drain() {
        call([] {});
    }

    // Savepoints: inside `call`, while the ledger does nothing for others (Ledger::Hold).

    /// Fails while a wallet is opened or scans, because it is then between two states.
    [[nodiscard]] Outcome<void> check_idle() const;
    /// Processes the notifications that are queued, before calls that are queued.
    void process_notifications();
    /// All wallets as they are now. Requires: check_idle, and no notification is queued.
    [[nodiscard]] Savepoint savepoint();
    /// Returns to `savepoint`. `return_chain` returns chain and mempool; no wallet is open then.
    /// With `reopen` false no wallet is open before and after, and only files are changed. Returns
    /// the new names of wallets that did not exist then. Requires: check_idle. StorageError: some
    /// wallets have returned and others not, and none is open; to do it again has the whole effect.
    std::vector<MovedWallet> return_to(const Savepoint& savepoint,
                                       const std::function<void()>& return_chain, bool reopen);

    /// Makes running scans end early; called first at shutdown.
    void interrupt() { interrupt_ = true; }
    /// The files of all open wallets contain the effects of the chain up to this height; the
    /// highest number if none is open. Blocks above may be read again. Any thread.
    [[nodiscard]] Height seen_height() const { return seen_height_; }

    // Notifications, from the ledger thread.

    void block_connected(const chain::BlockEntry& entry, const BlockRef& block);
    void block_disconnected(const chain::BlockEntry& entry);
    void transaction_added(const TransactionRef& tx);
    void transaction_removed(const TransactionRef& tx);
    void transaction_displaced(const TransactionRef& tx);

private:
    struct Queue;

    /// A call that changes a wallet. One of the last three functions is called, once.
    struct Change {
        std::optional<std::string> wallet;
        std::function<void(Wallet&)> run;  ///< keeps its result
        std::function<void()> answer;      ///< gives the result to the caller
        std::function<void(const Failure&)> refuse;
        std::function<void(std::exception_ptr)> fail;
    };

    /// Changes of one wallet that ran and are not written yet. They are not answered.
    struct Group {
        Wallet* wallet = nullptr;
        std::vector<Change> changes;
        std::chrono::steady_clock::time_point started;
    };

    void post_change(Change change);
    void run_change(Change change);
    [[nodiscard]] bool group_goes_on();
    void end_group();
    void post(std::function<void()> job);
    void post_notification(std::function<void()> job);
    void post_transaction(const TransactionRef& tx, void (Wallet::*notify)(const TransactionRef&));
    void run();
    /// Work for times when nothing is queued; false if there is none.
    bool idle_work();
    /// Periodic work, done even if the thread is busy.
    void timer();
    void note_seen_height();
    /// Null if it is not stored (any more).
    [[nodiscard]] BlockRef read_block(const chain::BlockEntry& entry) const;
    void for_each(const std::function<void(Wallet&)>& job);
    [[nodiscard]] Outcome<Wallet*> find(const std::optional<std::string>& name);
    [[nodiscard]] std::filesystem::path file_of(const std::string& name) const;
    /// True when the wallet is open. Otherwise `continue_open` is to be called.
    Outcome<bool> begin_create(const std::string& name, CreateOptions create);
    /// If it fails, the file of the wallet is removed.
    Outcome<void> finish_creating(const std::string& name, Outcome<bool> begun);
    /// The secret from which the keys of a new wallet derive; nothing: they are random.
    [[nodiscard]] std::optional<crypto::Digest256> seed_of(const std::string& name) const;
    [[nodiscard]] bool takes_over(const std::string& name, const CreateOptions& create);
    Outcome<void> open(const std::string& name);
    Outcome<void> begin_open(const std::string& name);
    /// True when the wallet has been opened. Otherwise it is to be called again.
    Outcome<bool> continue_open(const std::string& name);
    Outcome<void> finish_opening(const std::string& name, Outcome<bool> done);
    Outcome<void> copy_backup(const std::string& name, const std::filesystem::path& backup) const;
    // Savepoints (wallet_savepoints.cpp).
    [[nodiscard]] SavedWallet saved_file(const std::string& name);
    std::vector<MovedWallet> move_aside(const Savepoint& savepoint);
    std::string move_aside(const std::string& name);
    void return_file(const SavedWallet& saved);
    void return_settings(const std::vector<std::string>& names);
    /// Changes the settings as load_on_startup says.
    Outcome<void> remember(const std::string& name, std::optional<bool> load_on_startup);

    NodeView& node_;
    const WalletOptions options_;
    SettingsStore& settings_;
    std::atomic<bool> interrupt_{false};
    std::vector<std::unique_ptr<Wallet>> wallets_;
    std::map<std::string, std::unique_ptr<Wallet>> opening_;  ///< catching up, not notified yet
    Group group_;
    std::atomic<Height> seen_height_{std::numeric_limits<Height>::max()};
    std::unique_ptr<Queue> queue_;
};

}  // namespace daler::wallet
