#pragma once

#include <daler/coins/undo.h>
#include <daler/primitives/block.h>
#include <daler/script/interpreter.h>
#include <daler/script/signature_cache.h>
#include <daler/util/thread_pool.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

namespace daler::chain {

/// The scripts of one block, checked in any order by the workers and by threads that call `help`.
/// Lives as long as a job needs it, and shares ownership of what the jobs read, so that the block
/// may be released meanwhile (CVE-2024-52911). Any thread, except where a member says otherwise.
class ScriptChecks : public std::enable_shared_from_this<ScriptChecks> {
public:
    /// `known` (which may be null) is asked for transactions that need no check; `workers` help
    /// with that, too.
    ScriptChecks(BlockRef block, std::shared_ptr<const coins::BlockUndo> undo, script::Flags flags,
                 const script::BoundedSignatureCache* known, ThreadPool& workers);

    /// Starts the workers. Call it once. `ended` is called when the last check has ended, before
    /// `has_ended` says so.
    void start(std::function<void()> ended);
    /// Takes a few inputs that no other thread has taken, and checks them. False if none is left.
    bool help();
    [[nodiscard]] bool has_ended() const;
    /// Returns when the last check has ended.
    void wait() const;
    /// Skips the checks that have not begun, and waits for the others.
    void cancel();

    /// The error of the first input in block order that fails. Requires: has_ended.
    [[nodiscard]] script::ScriptError error() const;

private:
    /// The scripts of one transaction; the first thread computes the hashes that its inputs share.
    struct TxScripts {
        const SealedTransaction& tx;
        const coins::TxUndo& coins;
        std::once_flag once{};
        std::optional<script::PrecomputedHashes> hashes{};

        const script::PrecomputedHashes& precomputed();
    };
    struct Input {
        TxScripts* transaction;
        std::uint32_t index;
    };

    /// For each transaction behind the coinbase, whether its scripts are known to be good.
    [[nodiscard]] std::vector<char> look_up(const script::BoundedSignatureCache& known) const;
    void check(std::size_t i);

    const BlockRef block_;
    const std::shared_ptr<const coins::BlockUndo> undo_;
    const script::Flags flags_;
    ThreadPool& workers_;
    std::deque<TxScripts> transactions_;  ///< those that need a check
    std::vector<Input> inputs_;
    std::size_t jobs_ = 0;
    std::function<void()> ended_;

    std::atomic<std::size_t> next_job_{0};
    std::atomic<std::size_t> jobs_done_{0};
    std::atomic<std::size_t> first_failure_;  ///< inputs behind it are not checked
    mutable std::mutex mutex_;  ///< guards what follows, and changes of first_failure_
    mutable std::condition_variable end_;
    script::ScriptError error_ = script::ScriptError::ok;
    bool has_ended_ = false;
};

}  // namespace daler::chain
