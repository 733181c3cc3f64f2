#pragma once

#include <deque>
#include <utility>

namespace daler::ledger {

/// What waits for the ledger: a queue of the calls of blocked threads, and one of everything else.
/// They take turns. Not thread-safe.
template <class Job>
class JobQueues {
public:
    void push_call(Job job) { calls_.push_back(std::move(job)); }
    void push_other(Job job) { others_.push_back(std::move(job)); }
    [[nodiscard]] bool empty() const { return calls_.empty() && others_.empty(); }

    /// Requires: not empty.
    Job take() {
        call_was_last_ = others_.empty() || (!calls_.empty() && !call_was_last_);
        auto& queue = call_was_last_ ? calls_ : others_;
        Job job = std::move(queue.front());
        queue.pop_front();
        return job;
    }

private:
    std::deque<Job> calls_, others_;
    bool call_was_last_ = false;
};

}  // namespace daler::ledger
