#pragma once

#include <deque>
#include <thread>
#include <utility>

namespace daler::ledger {

/// What waits for the ledger: a queue of the calls of blocked threads, and one of everything else.
/// They take turns. While a thread holds the ledger, only its calls are taken. Not thread-safe.
template <class Job>
class JobQueues {
public:
    void push_call(Job job) {
        auto& queue = holder_ == std::this_thread::get_id() ? calls_of_holder_ : calls_;
        queue.push_back(std::move(job));
    }
    void push_other(Job job) { others_.push_back(std::move(job)); }
    /// Nothing is to be taken now.
    [[nodiscard]] bool empty() const {
        return is_held() ? calls_of_holder_.empty() : calls_.empty() && others_.empty();
    }
    /// A call of this thread would be taken next.
    [[nodiscard]] bool is_next() const {
        return empty() && (!is_held() || holder_ == std::this_thread::get_id());
    }

    /// From now on `thread` holds the ledger. Requires: no thread does.
    void hold(std::thread::id thread) { holder_ = thread; }
    void release() { holder_ = {}; }
    [[nodiscard]] bool is_held() const { return holder_ != std::thread::id{}; }

    /// Requires: not empty.
    Job take() {
        if (is_held()) return take_from(calls_of_holder_);
        call_was_last_ = others_.empty() || (!calls_.empty() && !call_was_last_);
        return take_from(call_was_last_ ? calls_ : others_);
    }

private:
    static Job take_from(std::deque<Job>& queue) {
        Job job = std::move(queue.front());
        queue.pop_front();
        return job;
    }

    std::deque<Job> calls_, others_, calls_of_holder_;
    bool call_was_last_ = false;
    std::thread::id holder_;
};

}  // namespace daler::ledger
