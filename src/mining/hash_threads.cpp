#include "hash_threads.h"

#include <daler/mining/mining.h>
#include <daler/primitives/chain_params.h>
#include <daler/util/thread_name.h>

#include <sys/resource.h>

namespace daler::mining {
namespace {

// Hashes between two updates of the count.
constexpr std::uint64_t hashes_per_turn = 1u << 14;
constexpr int lowest_priority = 19;
constexpr std::uint64_t all_nonces = std::uint64_t{1} << 32;

}  // namespace

HashThreads::HashThreads(const ChainParams& params, int threads,
                         std::function<void(BlockRef)> found)
    : params_(params),
      nonces_(static_cast<std::uint32_t>((all_nonces - 1) / static_cast<std::uint64_t>(threads))),
      found_(std::move(found)) {
    for (std::uint32_t i = 0; std::cmp_less(i, threads); ++i)
        threads_.emplace_back([this, i] {
            set_thread_name("hash." + std::to_string(i));
            work(i * nonces_);
        });
}

HashThreads::~HashThreads() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
        if (job_) job_->is_over = true;
    }
    news_.notify_all();
    for (auto& thread : threads_)
        thread.join();
}

void HashThreads::search(Block block) {
    {
        const std::lock_guard lock(mutex_);
        if (job_) job_->is_over = true;
        job_ = std::make_shared<Job>(std::move(block));
    }
    news_.notify_all();
}

std::shared_ptr<HashThreads::Job> HashThreads::next_job(const std::shared_ptr<Job>& last) {
    std::unique_lock lock(mutex_);
    news_.wait(lock, [&] { return stop_ || job_ != last; });
    return stop_ ? nullptr : job_;
}

void HashThreads::work(std::uint32_t first_nonce) {
    // On Linux this is the priority of the calling thread.
    (void)setpriority(PRIO_PROCESS, 0, lowest_priority);
    std::shared_ptr<Job> job;
    while ((job = next_job(job)))
        try_nonces(*job, first_nonce);
}

void HashThreads::try_nonces(Job& job, std::uint32_t first_nonce) {
    auto header = job.block.header;
    header.nonce = first_nonce;
    while (!job.is_over && header.nonce - first_nonce < nonces_) {
        auto tries = hashes_per_turn;
        const bool is_solved = solve(header, params_, tries, job.is_over);
        hashes_ += hashes_per_turn - tries;
        if (!is_solved) continue;
        if (job.is_over.exchange(true)) return;
        Block block = job.block;
        block.header = header;
        found_(std::make_shared<const Block>(std::move(block)));
    }
}

}  // namespace daler::mining
