#pragma once

#include <daler/util/thread_pool.h>

#include <algorithm>
#include <atomic>

namespace daler::http {

/// Threads that run handlers, behind a queue of bounded length.
class WorkQueue {
public:
    WorkQueue(std::size_t threads, std::size_t depth)
        : depth_(depth), pool_(std::max<std::size_t>(threads, 1)) {}

    /// Runs `job` on one of the threads; false if as many jobs as allowed already wait for one.
    /// Called by one thread only. `job` must not throw.
    [[nodiscard]] bool try_run(std::function<void()> job) {
        if (waiting_ >= depth_) return false;
        ++waiting_;
        pool_.run([this, job = std::move(job)] {
            --waiting_;
            job();
        });
        return true;
    }

private:
    const std::size_t depth_;
    std::atomic<std::size_t> waiting_{0};
    ThreadPool pool_;  ///< last: its threads use the counter
};

}  // namespace daler::http
