#pragma once

#include "pool.h"

#include <deque>

namespace daler::mempool {

/// The transactions of disconnected blocks while a reorganisation is under way, block by block. At
/// most 20 MB of memory: what is last in the chain is let go first, as nothing earlier needs it.
class Disconnected {
public:
    static constexpr std::size_t max_usage = 20'000'000;

    /// `block` is the parent of the block given before.
    void add(const Block& block);
    /// These are confirmed again.
    void remove(const Block& block);
    /// Takes all: the transactions of each block, in the order of the chain.
    [[nodiscard]] std::deque<std::vector<TransactionRef>> take();
    /// Takes what had to be let go since the last call.
    [[nodiscard]] std::vector<TransactionRef> take_dropped();

private:
    std::deque<std::vector<TransactionRef>> blocks_;  ///< none is empty
    std::vector<TransactionRef> dropped_;
    std::size_t usage_ = 0;
};

}  // namespace daler::mempool
