#pragma once

#include "pool.h"

#include <deque>

namespace daler::mempool {

/// The transactions of disconnected blocks during a reorganisation, block by block. At most 20 MB
/// of memory: those that are last in the chain are dropped first, because no earlier one depends on
/// them.
class Disconnected {
public:
    static constexpr std::size_t max_usage = 20'000'000;

    /// `block` is the parent of the block that was added before.
    void add(const Block& block);
    /// Removes the transactions of `block`, which are confirmed again.
    void remove(const Block& block);
    /// Returns and clears the transactions of the blocks, in the order of the chain.
    [[nodiscard]] std::deque<std::vector<TransactionRef>> take();
    /// Returns and clears the transactions that were dropped since the last call.
    [[nodiscard]] std::vector<TransactionRef> take_dropped();

private:
    std::deque<std::vector<TransactionRef>> blocks_;  ///< none is empty
    std::vector<TransactionRef> dropped_;
    std::size_t usage_ = 0;
};

}  // namespace daler::mempool
