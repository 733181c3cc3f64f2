#include <daler/wallet/wallet_service.h>

#include <daler/crypto/secret_slot.h>
#include <daler/util/log.h>
#include <daler/util/storage_error.h>
#include <daler/util/thread_name.h>
#include <daler/util/wipe.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace daler::wallet {
namespace {

using namespace std::chrono_literals;

// How long changes from blocks and mempool may stay unwritten.
constexpr auto flush_delay = 1s;
constexpr auto idle_before_top_up = 100ms;
constexpr auto timer_interval = 1s;
// Limits of what the queue holds. A block beyond them is read from the disk when it is processed.
// Transactions beyond them are read from the mempool.
constexpr std::size_t max_held_blocks = 4;
constexpr std::size_t max_transaction_bytes = 16'000'000;
// How long the first change of a group waits for others that are in the queue already.
constexpr auto longest_group = 20ms;
// About a millisecond of work, so that a call does not wait long for the thread.
constexpr std::size_t top_up_slice = 20;

}  // namespace

struct WalletService::Queue {
    std::mutex mutex;  ///< guards jobs and stopping
    std::condition_variable wake;
    struct Job {
        std::function<void()> run;
        bool is_notification = false;
        bool is_change = false;
    };
    std::deque<Job> jobs;
    bool stopping = false;
    std::chrono::steady_clock::time_point last_flush = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point next_timer = std::chrono::steady_clock::now();

    // How much the notifications in `jobs` hold. Only the ledger's thread increases these.
    std::atomic<std::size_t> held_blocks{0};
    std::atomic<std::size_t> transaction_bytes{0};
    std::atomic<bool> mempool_missed{false};  ///< some of its changes were not queued

    std::thread thread;
};

WalletService::WalletService(NodeView& node, WalletOptions options, SettingsStore& settings)
    : node_(node),
      options_(std::move(options)),
      settings_(settings),
      queue_(std::make_unique<Queue>()) {
    queue_->thread = std::thread([this] {
        set_thread_name("wallet");
        run();
    });
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
        queue_->jobs.push_back({std::move(job)});
    }
    queue_->wake.notify_one();
}

void WalletService::post_notification(std::function<void()> job) {
    {
        const std::lock_guard lock(queue_->mutex);
        queue_->jobs.push_back({.run = std::move(job), .is_notification = true});
    }
    queue_->wake.notify_one();
}

void WalletService::process_notifications() {
    for (;;) {
        std::function<void()> run;
        {
            const std::lock_guard lock(queue_->mutex);
            const auto next = std::ranges::find_if(queue_->jobs, &Queue::Job::is_notification);
            if (next == queue_->jobs.end()) return;
            run = std::move(next->run);
            queue_->jobs.erase(next);
        }
        run();
    }
}

void WalletService::run() {
    std::unique_lock lock(queue_->mutex);
    // What functions that work with private keys have left on the stack.
    const auto forget_secrets = [] {
        if (crypto::SecretSlot::take_used()) wipe_stack();
    };
    const auto has_work = [this] { return !queue_->jobs.empty() || queue_->stopping; };
    bool busy = true;
    for (;;) {
        if (!queue_->jobs.empty()) {
            const auto job = std::move(queue_->jobs.front());
            queue_->jobs.pop_front();
            lock.unlock();
            job.run();
            if (!group_goes_on()) {
                end_group();
                timer();
            }
            forget_secrets();
            lock.lock();
            busy = true;
            continue;
        }
        if (queue_->stopping) break;
        if (!busy) {
            queue_->wake.wait_for(lock, timer_interval, has_work);
            lock.unlock();
            timer();
            forget_secrets();
            lock.lock();
        } else if (!queue_->wake.wait_for(lock, idle_before_top_up, has_work)) {
            lock.unlock();
            busy = idle_work();
            forget_secrets();
            lock.lock();
        }
    }
    lock.unlock();
    opening_.clear();
    wallets_.clear();
}

void WalletService::post_change(Change change) {
    {
        const std::lock_guard lock(queue_->mutex);
        queue_->jobs.push_back(
            {.run = [this, change = std::move(change)] { run_change(change); }, .is_change = true});
    }
    queue_->wake.notify_one();
}

void WalletService::run_change(Change change) {
    const auto found = find(change.wallet);
    if (!found) return change.refuse(found.error());
    Wallet* wallet = *found;
    if (group_.wallet != wallet) end_group();
    const bool is_first = group_.changes.empty();
    if (is_first) group_ = {wallet, {}, std::chrono::steady_clock::now()};
    wallet->begin_group();
    try {
        change.run(*wallet);
        group_.changes.push_back(std::move(change));
    } catch (...) {
        const auto error = std::current_exception();
        end_group();
        // It may have failed for want of coins that payments before it in the group have given
        // back as change: such change can be spent when its transaction is broadcast.
        if (is_first)
            change.fail(error);
        else
            run_change(std::move(change));
    }
}

bool WalletService::group_goes_on() {
    if (group_.changes.empty()) return false;
    if (std::chrono::steady_clock::now() - group_.started > longest_group) return false;
    const std::lock_guard lock(queue_->mutex);
    return !queue_->jobs.empty() && queue_->jobs.front().is_change;
}

void WalletService::end_group() {
    const auto ended = std::exchange(group_, {});
    if (!ended.wallet) return;
    std::exception_ptr error;
    try {
        ended.wallet->end_group();
    } catch (const StorageError&) {
        error = std::current_exception();
    }
    for (const auto& change : ended.changes)
        if (error)
            change.fail(error);
        else
            change.answer();
}

void WalletService::timer() {
    note_seen_height();
    const auto now = std::chrono::steady_clock::now();
    if (now < queue_->next_timer) return;
    queue_->next_timer = now + timer_interval;
    for_each([](Wallet& wallet) {
        wallet.lock_if_due();
        wallet.resend_if_due();
    });
}

void WalletService::note_seen_height() {
    Height lowest = std::numeric_limits<Height>::max();
    for (const auto& wallet : wallets_)
        lowest = std::min(lowest, wallet->written_height());
    for (const auto& [name, wallet] : opening_)
        lowest = std::min(lowest, wallet->written_height());
    seen_height_ = lowest;
}

bool WalletService::idle_work() {
    bool more = false;
    const auto now = std::chrono::steady_clock::now();
    const bool flush = now - queue_->last_flush >= flush_delay;
    if (flush) queue_->last_flush = now;
    for (const auto& wallet : wallets_) {
        // In slices, until a job is queued.
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

BlockRef WalletService::read_block(const chain::BlockEntry& entry) const {
    auto block = decode_block(node_.read_block(entry));
    return block ? std::make_shared<const Block>(std::move(*block)) : nullptr;
}

void WalletService::block_connected(const chain::BlockEntry& entry, const BlockRef& block) {
    auto& held = queue_->held_blocks;
    const bool hold = held < max_held_blocks;
    if (hold) ++held;
    post_notification([this, &entry, hold, block = hold ? block : nullptr] {
        auto found = block;
        // After an interrupt, wallets read the block at the next start.
        if (!interrupt_) {
            for_each([&](Wallet& wallet) {
                if (!found) found = read_block(entry);
                wallet.block_connected(entry, found);
            });
        }
        if (hold) --queue_->held_blocks;
    });
}

void WalletService::block_disconnected(const chain::BlockEntry& entry) {
    post_notification(
        [this, &entry] { for_each([&](Wallet& wallet) { wallet.block_disconnected(entry); }); });
}

void WalletService::transaction_added(const TransactionRef& tx) {
    post_transaction(tx, &Wallet::transaction_added);
}

void WalletService::transaction_removed(const TransactionRef& tx) {
    post_transaction(tx, &Wallet::transaction_removed);
}

void WalletService::transaction_displaced(const TransactionRef& tx) {
    post_transaction(tx, &Wallet::transaction_displaced);
}

void WalletService::post_transaction(const TransactionRef& tx,
                                     void (Wallet::*notify)(const TransactionRef&)) {
    const std::size_t size = tx->total_size;
    if (queue_->mempool_missed) return;
    if (queue_->transaction_bytes + size > max_transaction_bytes) {
        queue_->mempool_missed = true;
        post_notification([this] {
            // Changes from now on are queued again. To process one twice has no effect.
            queue_->mempool_missed = false;
            for_each([](Wallet& wallet) { wallet.refresh_mempool(); });
        });
        return;
    }
    queue_->transaction_bytes += size;
    post_notification([this, tx, notify, size] {
        for_each([&](Wallet& wallet) { (wallet.*notify)(tx); });
        queue_->transaction_bytes -= size;
    });
}

Outcome<Wallet*> WalletService::find(const std::optional<std::string>& name) {
    // So that no call finds a wallet unlocked after its time.
    for (const auto& wallet : wallets_)
        wallet->lock_if_due();
    if (name) {
        for (const auto& wallet : wallets_)
            if (wallet->name() == *name) return wallet.get();
        return fail(FailureKind::not_found, "Requested wallet does not exist or is not loaded");
    }
    std::vector<Wallet*> others;
    for (const auto& wallet : wallets_)
        if (!options_.default_wallet || wallet->name() != options_.default_wallet->name)
            others.push_back(wallet.get());
    if (others.size() == 1) return others.front();
    if (others.empty() && !wallets_.empty()) return wallets_.front().get();
    if (wallets_.empty()) {
        return fail(FailureKind::not_found,
                    "No wallet is loaded. Load a wallet using loadwallet or create a new one with "
                    "createwallet. (Note: A default wallet is no longer automatically created)");
    }
    return fail(FailureKind::not_specified,
                "Wallet file not specified (must request wallet RPC through /wallet/<filename> "
                "uri-path).");
}

}  // namespace daler::wallet
