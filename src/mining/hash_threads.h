#pragma once

#include <daler/primitives/block.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace daler {
struct ChainParams;
}

namespace daler::mining {

/// Threads of low priority that search the nonce of one block after the other, each in its own part
/// of all nonces. The members may be called by any thread.
class HashThreads {
public:
    /// `found` is called with each solved block, on a thread of this object.
    HashThreads(const ChainParams& params, int threads, std::function<void(BlockRef)> found);
    ~HashThreads();  ///< ends the search at once
    HashThreads(const HashThreads&) = delete;
    HashThreads& operator=(const HashThreads&) = delete;

    /// From now on searches for this block, and no longer for the one before.
    void search(Block block);
    /// How many hashes were tried so far.
    [[nodiscard]] std::uint64_t hashes() const { return hashes_; }

private:
    struct Job {
        explicit Job(Block wanted) : block(std::move(wanted)) {}
        const Block block;
        std::atomic<bool> is_over{false};
    };

    void work(std::uint32_t first_nonce);
    [[nodiscard]] std::shared_ptr<Job> next_job(const std::shared_ptr<Job>& last);
    void try_nonces(Job& job, std::uint32_t first_nonce);

    const ChainParams& params_;
    const std::uint32_t nonces_;  ///< of one thread
    const std::function<void(BlockRef)> found_;
    std::atomic<std::uint64_t> hashes_{0};
    std::mutex mutex_;  ///< guards the two below
    std::shared_ptr<Job> job_;
    bool stop_ = false;
    std::condition_variable news_;
    std::vector<std::thread> threads_;  ///< the last member: they use the others
};

}  // namespace daler::mining
