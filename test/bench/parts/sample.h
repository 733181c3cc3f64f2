#pragma once

#include "chain_builder.h"
#include "coins.h"

#include <daler/coins/undo.h>

namespace daler::bench {

/// What most parts are measured on: a short chain, and a block on top of it that spends its coins
/// in payments of one input each, which depend on none of each other.
struct Sample {
    test::ChainBuilder builder;
    std::vector<BlockRef> chain;  ///< from above genesis to the parent of `block`
    BlockRef block;
    coins::BlockUndo undo;  ///< of `block`

    /// The payments of `block`.
    [[nodiscard]] std::span<const TransactionRef> payments() const {
        return std::span(block->transactions).subspan(1);
    }
    /// Another block with the same payments.
    [[nodiscard]] BlockRef next_block();
};

/// Of about 3,000 payments with two outputs each and coins of all kinds, 0.8 MB; or of 6,000 with
/// one output and coins of the small kinds, 1.2 MB. Made when it is first asked for.
[[nodiscard]] Sample& sample(std::size_t payments = 3000);

/// A payment that spends one coin of `kind`.
struct Payment {
    TransactionRef tx;
    TxOutput spent;
};
[[nodiscard]] Payment payment_of(CoinKind kind);

}  // namespace daler::bench
