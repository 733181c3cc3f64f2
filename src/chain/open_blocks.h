#pragma once

#include "connect_block.h"
#include "script_checks.h"

#include <daler/chain/chainstate.h>

#include <deque>
#include <map>
#include <vector>

namespace daler::chain {

/// A caller that waits for the verdict on a block, and what to report if it is valid. If it is
/// destroyed without an answer, the caller learns that there will be none.
class WaitingCaller {
public:
    WaitingCaller(Chainstate::SubmitHandler done, Submitted submitted)
        : done_(std::move(done)), submitted_(std::move(submitted)) {}
    WaitingCaller(WaitingCaller&& other) noexcept
        : done_(std::exchange(other.done_, nullptr)), submitted_(std::move(other.submitted_)) {}
    WaitingCaller& operator=(WaitingCaller&&) = delete;
    ~WaitingCaller() {
        if (done_) done_(nullptr);
    }

    void answer(const consensus::Verdict& verdict);

private:
    Chainstate::SubmitHandler done_;
    Submitted submitted_;
};

/// A block that has changed the overlay, but whose scripts are still being checked.
struct OpenBlock {
    BlockEntry* entry;
    BlockRef block;
    Connectable connectable;
    coins::CoinOverlay::Layer layer;
    std::shared_ptr<ScriptChecks> scripts;  ///< null if they need no check
    std::vector<WaitingCaller> waiting;
    double opening_time = 0;  ///< milliseconds, for the log

    [[nodiscard]] bool has_verdict() const { return !scripts || scripts->has_ended(); }
};

/// The blocks above the tip that are open, the oldest (lowest) first. Ledger thread.
class OpenBlocks {
public:
    [[nodiscard]] bool empty() const { return blocks_.empty(); }
    /// Whether no more should be opened before some are confirmed: bounds their number and bytes.
    [[nodiscard]] bool is_full() const;
    [[nodiscard]] bool is_oldest_ready() const;
    /// Requires: not empty.
    [[nodiscard]] const OpenBlock& oldest() const { return blocks_.front(); }
    [[nodiscard]] BlockEntry& newest() const { return *blocks_.back().entry; }
    /// Null if `entry` is not open.
    [[nodiscard]] std::vector<WaitingCaller>* waiting_for(const BlockEntry* entry);

    void push(OpenBlock block);
    OpenBlock take_oldest();
    /// Takes all of them, when no worker is busy with them any more.
    std::deque<OpenBlock> take_all();

    /// Checks a few scripts on the calling thread. Returns false if there is nothing to help with.
    bool help();
    /// Returns when the verdict on the oldest is known. Requires: not empty.
    void wait_for_oldest();

private:
    std::deque<OpenBlock> blocks_;
    std::size_t bytes_ = 0;
};

/// Blocks that are stored, and can be opened when those below them are. Ledger thread.
class PendingBlocks {
public:
    struct Pending {
        BlockRef block;  ///< null if it must be read again
        std::vector<WaitingCaller> waiting{};
    };

    /// Keeps `block` in memory until `take`, as long as few bytes are kept.
    void add(const BlockEntry& entry, const BlockRef& block);
    /// An empty one if `entry` is not pending.
    Pending take(const BlockEntry& entry);
    /// Null if `entry` is not pending.
    [[nodiscard]] std::vector<WaitingCaller>* waiting_for(const BlockEntry* entry);
    /// Takes those out for which `will_open` is false, and returns who waited for them.
    std::vector<WaitingCaller> take_unless(const std::function<bool(const BlockEntry&)>& will_open);

private:
    std::map<const BlockEntry*, Pending> blocks_;
};

}  // namespace daler::chain
