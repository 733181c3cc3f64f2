#pragma once

#include "pool.h"

#include <deque>

namespace daler::mempool {

/// The transactions of disconnected blocks while a reorganisation is under way, the earliest in the
/// chain first. At most 20 MB: what lies deepest is let go.
class Disconnected {
public:
    static constexpr std::size_t max_bytes = 20'000'000;

    /// `block` is the parent of the block given before.
    void add(const Block& block);
    /// These are confirmed again.
    void remove(const Block& block);
    /// Takes all, in the order of the chain.
    [[nodiscard]] std::vector<TransactionRef> take();
    /// Takes what had to be let go since the last call.
    [[nodiscard]] std::vector<TransactionRef> take_dropped();
    [[nodiscard]] bool empty() const { return transactions_.empty() && dropped_.empty(); }

private:
    std::deque<TransactionRef> transactions_;
    std::vector<TransactionRef> dropped_;
    std::size_t bytes_ = 0;
};

}  // namespace daler::mempool
