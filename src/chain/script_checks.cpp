#include "script_checks.h"

#include <daler/util/ensure.h>

#include <limits>

namespace daler::chain {
namespace {

// Inputs that one job checks in a row: enough to make handing out jobs cheap.
constexpr std::size_t inputs_per_job = 8;
constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

}  // namespace

const script::PrecomputedHashes& ScriptChecks::TxScripts::precomputed() {
    std::call_once(once, [this] {
        std::vector<TxOutput> spent;
        spent.reserve(coins->size());
        for (const auto& coin : *coins)
            spent.push_back(coin.output);
        hashes.emplace(*tx, std::move(spent));
    });
    return *hashes;
}

ScriptChecks::ScriptChecks(BlockRef block, std::shared_ptr<const BlockUndo> undo,
                           script::Flags flags, const script::BoundedSignatureCache* known)
    : block_(std::move(block)), undo_(std::move(undo)), flags_(flags), first_failure_(none) {
    const auto& spent = undo_->transactions;
    transactions_ = std::make_unique<TxScripts[]>(spent.size());
    // What the mempool has checked, it has checked under more rules than blocks have.
    const bool may_be_known = known && (flags & ~script::standard_flags) == 0;
    for (std::size_t i = 0; i < spent.size(); ++i) {
        const auto& tx = *block_->transactions[i + 1];
        if (may_be_known && known->contains_tx(tx.wtxid, script::standard_flags)) continue;
        transactions_[i].tx = &tx;
        transactions_[i].coins = &spent[i];
        for (std::uint32_t k = 0; k < spent[i].size(); ++k)
            inputs_.push_back({static_cast<std::uint32_t>(i), k});
    }
    jobs_ = (inputs_.size() + inputs_per_job - 1) / inputs_per_job;
    has_ended_ = jobs_ == 0;
}

void ScriptChecks::start(ThreadPool& workers, std::function<void()> ended) {
    ended_ = std::move(ended);
    for (std::size_t i = 0; i < std::min(jobs_, std::max<std::size_t>(workers.size(), 1)); ++i) {
        workers.run([self = shared_from_this()] {
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
        // Under the lock: who waits for the end may then destroy what `ended_` uses.
        const std::lock_guard lock(mutex_);
        if (ended_) ended_();
        has_ended_ = true;
        end_.notify_all();
    }
    return true;
}

void ScriptChecks::check(std::size_t i) {
    // Those before the first failure must still run: one of them may fail, too.
    if (i > first_failure_.load(std::memory_order_relaxed)) return;
    auto& scripts = transactions_[inputs_[i].transaction];
    const std::uint32_t index = inputs_[i].index;
    // Without a cache of signatures: what is in a block will not come again.
    const auto error = script::verify_input(
        {*scripts.tx, index, (*scripts.coins)[index].output, scripts.precomputed(), flags_});
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
