#pragma once

#include "pool.h"

#include <deque>

namespace daler::mempool {

/// The transactions of disconnected blocks during a reorganisation, block by block, within a limit
/// of memory. Beyond it, those that are last in the chain are dropped first, because no earlier one
/// depends on them.
class Disconnected {
public:
    /// What a mempool that may hold less than this holds all the same: a block, and more.
    static constexpr std::size_t least_max_usage = 20'000'000;

    /// `max_usage`: bytes.
    explicit Disconnected(std::size_t max_usage) : max_usage_(max_usage) {}

    /// A transaction that was dropped.
    struct Dropped {
        Txid txid;
        std::uint32_t outputs;  ///< their number
    };

    /// `block` is the parent of the block that was added before.
    void add(const Block& block);
    /// Removes the transactions of `block`, which are confirmed again.
    void remove(const Block& block);
    /// Returns and clears the transactions of the blocks, in the order of the chain.
    [[nodiscard]] std::deque<std::vector<TransactionRef>> take();
    /// Returns and clears the transactions that were dropped since the last call.
    [[nodiscard]] std::vector<Dropped> take_dropped();
    void clear();

private:
    std::size_t max_usage_;
    std::deque<std::vector<TransactionRef>> blocks_;  ///< none is empty
    std::vector<Dropped> dropped_;
    std::size_t usage_ = 0;
};

}  // namespace daler::mempool
