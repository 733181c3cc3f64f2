#pragma once

#include <daler/http/server.h>
#include <daler/util/thread_name.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>

namespace daler::http {

/// Threads that run handlers from a queue of bounded length. While a handler waits for another
/// thread, a further thread runs in its place.
class WorkQueue final : public Waiting {
public:
    WorkQueue(std::size_t threads, std::size_t depth)
        : max_running_(std::max<std::size_t>(threads, 1)),
          depth_(depth),
          max_waiting_(max_running_ + depth) {
        for (std::size_t i = 0; i < max_running_; ++i)
            add_thread();
    }

    /// Runs what is queued, then ends.
    ~WorkQueue() override {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_all();
        for (auto& thread : threads_)
            thread.join();
    }
    WorkQueue(const WorkQueue&) = delete;
    WorkQueue& operator=(const WorkQueue&) = delete;

    /// Runs `job` on one of the threads; false if as many jobs as allowed already wait for one.
    /// `job` must not throw.
    [[nodiscard]] bool try_run(std::function<void()> job) {
        {
            const std::lock_guard lock(mutex_);
            if (jobs_.size() >= depth_) return false;
            jobs_.push_back(std::move(job));
        }
        wake_.notify_one();
        return true;
    }

    bool begin() override {
        const std::lock_guard lock(mutex_);
        if (waiting_ == max_waiting_) return false;
        if (!stopping_ && threads_.size() < max_running_ + waiting_ + 1) {
            try {
                add_thread();
            } catch (const std::system_error&) {
                return false;
            }
        }
        ++waiting_;
        --running_;
        wake_.notify_one();
        return true;
    }

    void end() override {
        const std::lock_guard lock(mutex_);
        --waiting_;
        ++running_;
    }

private:
    void add_thread() {
        threads_.emplace_back([this, number = threads_.size()] {
            set_thread_name("httpworker." + std::to_string(number));
            work();
        });
    }

    void work() {
        std::unique_lock lock(mutex_);
        for (;;) {
            wake_.wait(lock,
                       [this] { return jobs_.empty() ? stopping_ : running_ < max_running_; });
            if (jobs_.empty()) {
                wake_.notify_all();
                return;
            }
            const auto job = std::move(jobs_.front());
            jobs_.pop_front();
            ++running_;
            lock.unlock();
            job();
            lock.lock();
            // No other thread is woken: this one takes the next job itself.
            --running_;
        }
    }

    const std::size_t max_running_;
    const std::size_t depth_;
    const std::size_t max_waiting_;
    std::mutex mutex_;  ///< guards the members below; jobs run without it
    std::condition_variable wake_;
    std::deque<std::function<void()>> jobs_;
    std::size_t running_ = 0;  ///< jobs being run
    std::size_t waiting_ = 0;  ///< jobs between `begin` and `end`
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace daler::http
