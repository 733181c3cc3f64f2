#pragma once

#include "chain_builder.h"
#include "coins.h"

#include <daler/coins/undo.h>

namespace daler::bench {

/// The data of most benchmarks: a short chain, and a block on top of it with payments that spend
/// its coins. Each payment has one input and spends no output of another payment.
struct Sample {
    test::ChainBuilder builder;
    std::vector<BlockRef> chain;  ///< from height 1 to the parent of `block`
    BlockRef block;
    coins::BlockUndo undo;  ///< of `block`

    /// The payments of `block`.
    [[nodiscard]] std::span<const TransactionRef> payments() const {
        return std::span(block->transactions).subspan(1);
    }
    /// Another block with the same payments.
    [[nodiscard]] BlockRef next_block();
};

/// A block of about 3,000 payments with two outputs and coins of all kinds (0.8 MB), or of 6,000
/// payments with one output and coins of the small kinds (1.2 MB). Made at the first call.
[[nodiscard]] Sample& sample(std::size_t payments = 3000);

/// A payment that spends one coin of `kind`.
struct Payment {
    TransactionRef tx;
    TxOutput spent;
};
[[nodiscard]] Payment payment_of(CoinKind kind);

}  // namespace daler::bench
