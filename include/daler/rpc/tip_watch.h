#pragma once

#include <daler/ledger/ledger.h>

#include <condition_variable>
#include <mutex>

namespace daler::rpc {

/// Wakes the calls that wait for a new tip (waitforblock, getblocktemplate). Register it with the
/// ledger; any thread may wait.
class TipWatch final : public ledger::Listener {
public:
    /// Blocks until `done(view)` holds for the newest view, `deadline` is over or `interrupt` was
    /// called. Returns the newest view either way. `view` is the one to start with.
    template <class Done>
    std::shared_ptr<const chain::ChainView> wait(
        std::shared_ptr<const chain::ChainView> view,
        std::optional<std::chrono::steady_clock::time_point> deadline, Done done) {
        std::unique_lock lock(mutex_);
        for (;;) {
            if (newest_) view = newest_;
            if (done(*view) || interrupted_) return view;
            if (!deadline) {
                changed_.wait(lock);
            } else if (changed_.wait_until(lock, *deadline) == std::cv_status::timeout) {
                return newest_ ? newest_ : view;
            }
        }
    }

    /// Ends all waits now and to come: the node stops.
    void interrupt() {
        const std::lock_guard lock(mutex_);
        interrupted_ = true;
        changed_.notify_all();
    }

    void block_connected(const chain::BlockEntry&, const BlockRef&) override {}
    void block_disconnected(const chain::BlockEntry&, const BlockRef&) override {}
    void transaction_added(const TransactionRef&) override {}
    void transaction_removed(const TransactionRef&, mempool::RemovalReason) override {}
    void tip_changed(const std::shared_ptr<const chain::ChainView>& view) override {
        const std::lock_guard lock(mutex_);
        newest_ = view;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;  ///< guards the rest
    std::condition_variable changed_;
    std::shared_ptr<const chain::ChainView> newest_;  ///< null until the first news
    bool interrupted_ = false;
};

}  // namespace daler::rpc
