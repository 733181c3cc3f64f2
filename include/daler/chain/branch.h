#pragma once

#include <daler/chain/block_index.h>
#include <daler/consensus/check_transaction.h>

#include <memory>
#include <optional>

namespace daler::chain {

/// A branch that exists only in memory: it begins at a block of the best chain and grows block by
/// block, with the coins that the chain would have there. It tells what a block would do that is
/// mined on another block than the tip. The best chain and its coins stay as they are.
/// Chainstate::begin_branch makes it. Ledger thread only; it must end before the chain changes.
class Branch {
public:
    /// What a transaction adds to its block.
    struct Added {
        Amount fee;
        std::int64_t sigop_cost = 0;
    };

    struct Impl;
    explicit Branch(std::unique_ptr<Impl> impl);
    ~Branch();
    Branch(const Branch&) = delete;
    Branch& operator=(const Branch&) = delete;

    /// The last block of the branch; at first the block where it begins. The entries live as long
    /// as the branch.
    [[nodiscard]] const BlockEntry& tip() const;
    /// The coin at `outpoint` after the blocks of the branch and the transactions added since.
    [[nodiscard]] std::optional<consensus::Coin> coin(const OutPoint& outpoint) const;

    /// Adds `tx` to the next block, behind those added before, if all rules of a block allow it
    /// there, scripts included. One that is rejected changes nothing. The weight of the block is
    /// checked only by `append`.
    [[nodiscard]] Result<Added, consensus::Rejection> add(const TransactionRef& tx);
    /// Appends the next block, which has the added transactions behind its coinbase. Checks all
    /// rules but proof of work. After a rejection the branch is of no more use.
    [[nodiscard]] consensus::Verdict append(const BlockRef& block);

private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace daler::chain
