#pragma once

#include <daler/ledger/ledger.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace daler::rpc {

/// Wakes the calls that wait for a new tip (waitforblock, getblocktemplate). Register it with the
/// ledger; any thread may wait.
class TipWatch final : public ledger::LedgerObserver {
public:
    /// Blocks until `done(view)` holds for the current chain, `deadline` has passed or `interrupt`
    /// was called. Returns the current view.
    template <class Done>
    std::shared_ptr<const chain::ChainView> wait(
        const ledger::Ledger& ledger, std::optional<std::chrono::steady_clock::time_point> deadline,
        Done done) {
        std::unique_lock lock(mutex_);
        for (bool in_time = true;;) {
            // The ledger publishes a view before it notifies us, so none is missed.
            auto view = ledger.view();
            if (!in_time || interrupted_ || done(*view)) return view;
            if (deadline)
                in_time = changed_.wait_until(lock, *deadline) == std::cv_status::no_timeout;
            else
                changed_.wait(lock);
        }
    }

    /// Ends current and later waits, because the node is stopping.
    void interrupt() {
        const std::lock_guard lock(mutex_);
        interrupted_ = true;
        changed_.notify_all();
    }

    [[nodiscard]] bool is_interrupted() const {
        const std::lock_guard lock(mutex_);
        return interrupted_;
    }

    void tip_changed(const std::shared_ptr<const chain::ChainView>&) override {
        const std::lock_guard lock(mutex_);
        changed_.notify_all();
    }

private:
    mutable std::mutex mutex_;  ///< guards the rest
    std::condition_variable changed_;
    bool interrupted_ = false;
};

}  // namespace daler::rpc
