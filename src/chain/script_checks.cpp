#include "script_checks.h"

#include <daler/util/ensure.h>

#include <limits>

namespace daler::chain {
namespace {

// Inputs that one job checks in a row: enough to make handing out jobs cheap.
constexpr std::size_t inputs_per_job = 8;
constexpr std::size_t lookups_per_job = 512;
constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

}  // namespace

const script::PrecomputedHashes& ScriptChecks::TxScripts::precomputed() {
    std::call_once(once, [this] {
        std::vector<TxOutput> spent;
        spent.reserve(coins.size());
        for (const auto& coin : coins)
            spent.push_back(coin.output);
        hashes.emplace(tx, std::move(spent));
    });
    return *hashes;
}

ScriptChecks::ScriptChecks(BlockRef block, std::shared_ptr<const coins::BlockUndo> undo,
                           script::Flags flags, const script::BoundedSignatureCache* known,
                           ThreadPool& workers)
    : block_(std::move(block)),
      undo_(std::move(undo)),
      flags_(flags),
      workers_(workers),
      first_failure_(none) {
    const auto& spent = undo_->transactions;
    // The mempool checks with more rules than blocks have.
    const bool may_be_known = known && (flags & ~script::standard_flags) == 0;
    const auto is_known = may_be_known ? look_up(*known) : std::vector<char>(spent.size());
    for (std::size_t i = 0; i < spent.size(); ++i) {
        if (is_known[i]) continue;
        auto& scripts = transactions_.emplace_back(*block_->transactions[i + 1], spent[i]);
        for (std::uint32_t k = 0; k < spent[i].size(); ++k)
            inputs_.push_back({&scripts, k});
    }
    jobs_ = (inputs_.size() + inputs_per_job - 1) / inputs_per_job;
    has_ended_ = jobs_ == 0;
}

std::vector<char> ScriptChecks::look_up(const script::BoundedSignatureCache& known) const {
    std::vector<char> found(undo_->transactions.size());
    // The signature cache does not fit into the processor's: several cores share the waiting.
    const std::size_t parts = (found.size() + lookups_per_job - 1) / lookups_per_job;
    workers_.for_each(parts, [&](std::size_t part) {
        const std::size_t end = std::min((part + 1) * lookups_per_job, found.size());
        for (std::size_t i = part * lookups_per_job; i < end; ++i) {
            const auto& wtxid = block_->transactions[i + 1]->wtxid;
            found[i] = known.contains_tx(wtxid, script::standard_flags);
        }
    });
    return found;
}

void ScriptChecks::start(std::function<void()> ended) {
    ended_ = std::move(ended);
    for (std::size_t i = 0; i < std::min(jobs_, std::max<std::size_t>(workers_.size(), 1)); ++i) {
        workers_.run([self = shared_from_this()] {
            while (self->help())
                continue;
        });
    }
}

bool ScriptChecks::help() {
    const std::size_t job = next_job_++;
    if (job >= jobs_) return false;
    const std::size_t end = std::min((job + 1) * inputs_per_job, inputs_.size());
    for (std::size_t i = job * inputs_per_job; i < end; ++i)
        check(i);
    if (++jobs_done_ == jobs_) {
        // Under the lock: a thread that waits for the end may then destroy what `ended_` uses.
        const std::lock_guard lock(mutex_);
        if (ended_) ended_();
        has_ended_ = true;
        end_.notify_all();
    }
    return true;
}

void ScriptChecks::check(std::size_t i) {
    // Inputs before the first failure are still checked: one of them may fail, too.
    if (i > first_failure_.load(std::memory_order_relaxed)) return;
    const auto& [scripts, index] = inputs_[i];
    // Without a signature cache: a confirmed transaction does not come again.
    const auto error = script::verify_input(
        {scripts->tx, index, scripts->coins[index].output, scripts->precomputed(), flags_});
    if (error == script::ScriptError::ok) return;
    const std::lock_guard lock(mutex_);
    if (i < first_failure_) {
        first_failure_ = i;
        error_ = error;
    }
}

bool ScriptChecks::has_ended() const {
    const std::lock_guard lock(mutex_);
    return has_ended_;
}

void ScriptChecks::wait() const {
    std::unique_lock lock(mutex_);
    end_.wait(lock, [this] { return has_ended_; });
}

void ScriptChecks::cancel() {
    {
        const std::lock_guard lock(mutex_);
        first_failure_ = 0;
    }
    while (help())
        continue;
    wait();
}

script::ScriptError ScriptChecks::error() const {
    const std::lock_guard lock(mutex_);
    ensure(has_ended_);
    return error_;
}

}  // namespace daler::chain
