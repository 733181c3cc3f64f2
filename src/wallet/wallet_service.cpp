#include <daler/wallet/wallet_service.h>

#include <daler/util/log.h>
#include <daler/util/storage_error.h>

#include <condition_variable>
#include <deque>
#include <fstream>
#include <mutex>
#include <thread>

namespace daler::wallet {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto file_name = "wallet.dat";
constexpr std::string_view sqlite_magic{"SQLite format 3\0", 16};
// How long the file may lag behind what blocks and mempool told.
constexpr auto flush_delay = 1s;
constexpr auto idle_before_top_up = 100ms;
// About a millisecond of work: nobody waits longer than that for the thread.
constexpr std::size_t top_up_slice = 20;
constexpr int max_folder_depth = 4;

bool is_wallet_file(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string start(sqlite_magic.size(), '\0');
    in.read(start.data(), static_cast<std::streamsize>(start.size()));
    return in && start == sqlite_magic;
}

/// The write-ahead log that SQLite may have left beside the file.
fs::path log_of(const fs::path& file) {
    return file.string() + "-wal";
}

/// Runs what may meet a failing disk.
template <class Work>
Outcome<void> guarded(const std::string& prefix, Work work) {
    try {
        return work();
    } catch (const StorageError& error) {
        return fail(FailureKind::wallet, prefix + error.what());
    } catch (const fs::filesystem_error& error) {
        return fail(FailureKind::wallet, prefix + error.what());
    }
}

}  // namespace

struct WalletService::Queue {
    std::mutex mutex;  ///< guards jobs and stopping
    std::condition_variable wake;
    std::deque<std::function<void()>> jobs;
    bool stopping = false;
    std::thread thread;
    std::chrono::steady_clock::time_point last_flush = std::chrono::steady_clock::now();
};

WalletService::WalletService(NodeView& node, WalletOptions options, SettingsStore& settings)
    : node_(node),
      options_(std::move(options)),
      settings_(settings),
      queue_(std::make_unique<Queue>()) {
    queue_->thread = std::thread([this] { run(); });
}

WalletService::~WalletService() {
    interrupt_ = true;
    {
        const std::lock_guard lock(queue_->mutex);
        queue_->stopping = true;
    }
    queue_->wake.notify_all();
    queue_->thread.join();
}

void WalletService::post(std::function<void()> job) {
    {
        const std::lock_guard lock(queue_->mutex);
        queue_->jobs.push_back(std::move(job));
    }
    queue_->wake.notify_one();
}

void WalletService::run() {
    std::unique_lock lock(queue_->mutex);
    const auto has_work = [this] { return !queue_->jobs.empty() || queue_->stopping; };
    bool busy = true;
    for (;;) {
        if (!queue_->jobs.empty()) {
            const auto job = std::move(queue_->jobs.front());
            queue_->jobs.pop_front();
            lock.unlock();
            job();
            lock.lock();
            busy = true;
            continue;
        }
        if (queue_->stopping) break;
        if (!busy) {
            queue_->wake.wait(lock, has_work);
        } else if (!queue_->wake.wait_for(lock, idle_before_top_up, has_work)) {
            lock.unlock();
            busy = idle_work();
            lock.lock();
        }
    }
    lock.unlock();
    wallets_.clear();
}

bool WalletService::idle_work() {
    bool more = false;
    const auto now = std::chrono::steady_clock::now();
    const bool flush = now - queue_->last_flush >= flush_delay;
    if (flush) queue_->last_flush = now;
    for (const auto& wallet : wallets_) {
        // In slices, as long as nobody wants anything.
        while (wallet->top_up(top_up_slice)) {
            const std::lock_guard lock(queue_->mutex);
            if (!queue_->jobs.empty() || queue_->stopping) return true;
        }
        if (!wallet->is_dirty()) continue;
        if (!flush) {
            more = true;
            continue;
        }
        try {
            wallet->flush();
        } catch (const StorageError& error) {
            log::error("wallet {}: {}", wallet->name(), error.what());
            more = true;
        }
    }
    return more;
}

void WalletService::for_each(const std::function<void(Wallet&)>& job) {
    for (const auto& wallet : wallets_) {
        try {
            job(*wallet);
        } catch (const StorageError& error) {
            log::error("wallet {}: {}", wallet->name(), error.what());
        }
    }
}

void WalletService::block_connected(const chain::BlockEntry& entry, const BlockRef& block) {
    post([this, &entry, block] {
        for_each([&](Wallet& wallet) { wallet.block_connected(entry, block); });
    });
}

void WalletService::block_disconnected(const chain::BlockEntry& entry) {
    post([this, &entry] { for_each([&](Wallet& wallet) { wallet.block_disconnected(entry); }); });
}

void WalletService::transaction_added(const TransactionRef& tx) {
    post([this, tx] { for_each([&](Wallet& wallet) { wallet.transaction_added(tx); }); });
}

void WalletService::transaction_removed(const TransactionRef& tx) {
    post([this, tx] { for_each([&](Wallet& wallet) { wallet.transaction_removed(tx); }); });
}

fs::path WalletService::file_of(const std::string& name) const {
    return options_.folder / name / file_name;
}

Outcome<Wallet*> WalletService::find(const std::optional<std::string>& name) {
    if (name) {
        for (const auto& wallet : wallets_) {
            if (wallet->name() == *name) return wallet.get();
        }
        return fail(FailureKind::not_found, "Requested wallet does not exist or is not loaded");
    }
    if (wallets_.size() == 1) return wallets_.front().get();
    if (wallets_.empty()) {
        return fail(FailureKind::not_found,
                    "No wallet is loaded. Load a wallet using loadwallet or create a new one with "
                    "createwallet. (Note: A default wallet is no longer automatically created)");
    }
    return fail(FailureKind::not_specified,
                "Wallet file not specified (must request wallet RPC through /wallet/<filename> "
                "uri-path).");
}

Outcome<void> WalletService::remember(const std::string& name,
                                      std::optional<bool> load_on_startup) {
    if (!load_on_startup) return {};
    return guarded("", [&]() -> Outcome<void> {
        *load_on_startup ? settings_.add(name) : settings_.remove(name);
        return {};
    });
}

Outcome<void> WalletService::open(const std::string& name) {
    const std::string prefix = "Wallet file verification failed. ";
    const auto file = file_of(name);
    const auto folder = (options_.folder / name).string();
    if (find(name)) {
        return fail(FailureKind::already_loaded, "Wallet \"" + name + "\" is already loaded.");
    }
    return guarded(prefix, [&]() -> Outcome<void> {
        if (!fs::exists(options_.folder / name)) {
            return fail(FailureKind::not_found, prefix + "Failed to load database path '" + folder +
                                                    "'. Path does not exist.");
        }
        if (!is_wallet_file(file)) {
            return fail(FailureKind::not_found, prefix + "Failed to load database path '" + folder +
                                                    "'. Data is not in recognized format.");
        }
        auto wallet = Wallet::load({node_, options_, interrupt_}, name, file);
        if (!wallet) return daler::fail(wallet.error());
        wallets_.push_back(std::move(*wallet));
        return {};
    });
}

std::vector<std::string> WalletService::open_at_start(const std::vector<std::string>& names) {
    return call([&] {
        std::vector<std::string> wanted = settings_.list();
        for (const auto& name : names) {
            if (std::ranges::find(wanted, name) == wanted.end()) wanted.push_back(name);
        }
        std::vector<std::string> failures;
        for (const auto& name : wanted) {
            if (auto opened = open(name); !opened) {
                failures.push_back("Wallet \"" + name + "\": " + opened.error().message);
            }
        }
        return failures;
    });
}

Outcome<void> WalletService::create(const std::string& name, const CreateOptions& options) {
    return call([&]() -> Outcome<void> {
        const std::string prefix = "Wallet file verification failed. ";
        const auto file = file_of(name);
        auto created = guarded(prefix, [&]() -> Outcome<void> {
            if (fs::exists(file)) {
                return fail(FailureKind::wallet, prefix + "Failed to create database path '" +
                                                     (options_.folder / name).string() +
                                                     "'. Database already exists.");
            }
            fs::create_directories(file.parent_path());
            auto wallet = Wallet::create({node_, options_, interrupt_}, name, file, options.flags);
            if (!wallet) return daler::fail(wallet.error());
            wallets_.push_back(std::move(*wallet));
            return {};
        });
        return created ? remember(name, options.load_on_startup) : created;
    });
}

Outcome<void> WalletService::load(const std::string& name, std::optional<bool> load_on_startup) {
    return call([&]() -> Outcome<void> {
        auto opened = open(name);
        return opened ? remember(name, load_on_startup) : opened;
    });
}

Outcome<void> WalletService::unload(const std::string& name, std::optional<bool> load_on_startup) {
    return call([&]() -> Outcome<void> {
        const auto wallet = find(name);
        if (!wallet) return daler::fail(wallet.error());
        auto flushed = guarded("", [&]() -> Outcome<void> {
            (*wallet)->flush();
            return {};
        });
        if (!flushed) return flushed;
        std::erase_if(wallets_, [&](const auto& open) { return open.get() == *wallet; });
        return remember(name, load_on_startup);
    });
}

Outcome<void> WalletService::restore(const std::string& name, const fs::path& backup,
                                     std::optional<bool> load_on_startup) {
    return call([&]() -> Outcome<void> {
        const auto file = file_of(name);
        auto copied = guarded("", [&]() -> Outcome<void> {
            if (!fs::exists(backup)) {
                return fail(FailureKind::invalid_parameter, "Backup file does not exist");
            }
            if (fs::exists(file) || (!name.empty() && fs::exists(file.parent_path()))) {
                return fail(FailureKind::already_exists, "Failed to create database path '" +
                                                             (options_.folder / name).string() +
                                                             "'. Database already exists.");
            }
            fs::create_directories(file.parent_path());
            fs::copy_file(backup, file);
            return {};
        });
        if (!copied) return copied;
        auto opened = open(name);
        if (opened) return remember(name, load_on_startup);
        std::error_code ignored;
        fs::remove(file, ignored);
        fs::remove(log_of(file), ignored);
        if (!name.empty()) fs::remove(file.parent_path(), ignored);
        return opened;
    });
}

std::vector<std::string> WalletService::list() {
    return call([&] {
        std::vector<std::string> out;
        for (const auto& wallet : wallets_) {
            out.push_back(wallet->name());
        }
        return out;
    });
}

std::vector<std::string> WalletService::list_dir() {
    std::vector<std::string> out;
    std::error_code error;
    if (is_wallet_file(options_.folder / file_name)) out.emplace_back();
    fs::recursive_directory_iterator entry(options_.folder,
                                           fs::directory_options::skip_permission_denied, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        if (entry.depth() >= max_folder_depth) entry.disable_recursion_pending();
        if (entry->is_directory(error) && is_wallet_file(entry->path() / file_name)) {
            out.push_back(entry->path().lexically_relative(options_.folder).string());
        }
    }
    std::ranges::sort(out);
    return out;
}

}  // namespace daler::wallet
