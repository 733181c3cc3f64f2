#include <daler/util/thread_name.h>
#include <daler/util/thread_pool.h>

#include <fmt/format.h>

#include <atomic>
#include <latch>
#include <memory>

namespace daler {

ThreadPool::ThreadPool(std::size_t threads) {
    threads_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i)
        threads_.emplace_back([this, i] {
            set_thread_name(fmt::format("worker.{}", i));
            work();
        });
}

ThreadPool::~ThreadPool() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_)
        thread.join();
}

void ThreadPool::run(std::function<void()> job) {
    if (threads_.empty()) return job();
    {
        const std::lock_guard lock(mutex_);
        jobs_.push_back(std::move(job));
    }
    wake_.notify_one();
}

void ThreadPool::run_next(std::function<void()> job) {
    {
        const std::lock_guard lock(mutex_);
        jobs_.push_front(std::move(job));
    }
    wake_.notify_one();
}

void ThreadPool::for_each(std::size_t count, const std::function<void(std::size_t)>& job) {
    if (count == 0) return;
    // Workers that wake up late find the counter at its end; `state` keeps it alive for them.
    // `job` is only used for an index below `count`, and this call waits for those.
    struct State {
        std::atomic<std::size_t> next{0};
        std::latch done;
        explicit State(std::size_t n) : done(static_cast<std::ptrdiff_t>(n)) {}
    };
    const auto state = std::make_shared<State>(count);
    const auto take = [state, count, &job] {
        for (std::size_t i = state->next++; i < count; i = state->next++) {
            job(i);
            state->done.count_down();
        }
    };
    for (std::size_t i = 0; i < std::min(threads_.size(), count - 1); ++i)
        run_next(take);
    take();
    state->done.wait();
}

void ThreadPool::work() {
    for (;;) {
        std::function<void()> job;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
            if (jobs_.empty()) return;
            job = std::move(jobs_.front());
            jobs_.pop_front();
        }
        job();
    }
}

}  // namespace daler
