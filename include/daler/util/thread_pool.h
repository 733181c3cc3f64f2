#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace daler {

/// The workers: threads that own nothing and run pure jobs over immutable inputs. A job must own
/// (share) the data that it reads. Thread-safe; the destructor finishes the queued jobs first.
class ThreadPool {
public:
    /// With zero threads every job runs inside `run`, on the calling thread.
    explicit ThreadPool(std::size_t threads);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    [[nodiscard]] std::size_t size() const { return threads_.size(); }

    /// Queues `job`, which must not throw, after all others.
    void run(std::function<void()> job);

    /// Calls `job(i)` for every i in [0, count), on the workers and on the calling thread, and
    /// returns when the last one has ended. `job` must not throw. Free workers run it before
    /// queued jobs, because the caller waits for it.
    void for_each(std::size_t count, const std::function<void(std::size_t)>& job);

private:
    void run_next(std::function<void()> job);
    void work();

    std::mutex mutex_;  ///< guards jobs_ and stopping_
    std::condition_variable wake_;
    std::deque<std::function<void()>> jobs_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace daler
