#pragma once

#include <daler/chain/branch.h>
#include <daler/mining/mining.h>

#include <set>
#include <string>

namespace daler::mining {

/// A reorganisation to be made: a branch that begins `depth` blocks below the tip and wins.
struct ReorgRequest {
    Height depth = 1;
    int blocks = 2;  ///< of the branch
    TemplateOptions block;
    bool confirm_all = false;       ///< the transactions of the blocks that leave, again
    std::vector<Txid> confirmed{};  ///< or these, and what they depend on
    std::vector<TransactionRef> replacements{};  ///< are placed before all others
};

/// The blocks of a reorganisation, valid but for proof of work. Each is to be solved, then its hash
/// written into the next.
struct ReorgPlan {
    const chain::BlockEntry* fork = nullptr;
    const chain::BlockEntry* old_tip = nullptr;
    std::vector<Block> blocks;
    std::vector<TransactionRef> leaving;  ///< of the blocks that leave, in their order
};

/// What a reorganisation does. Transactions of the blocks that leave and of the mempool, without
/// coinbases: `confirmed` in the branch, `returned` from blocks to the mempool, `conflicted` with a
/// transaction of the branch, themselves or an ancestor, and `dropped` for other reasons: they
/// spend a coinbase that has left, or the mempool's limits do not let them in.
struct ReorgResult {
    Height fork_height = 0;
    std::vector<BlockHash> left;  ///< lowest first
    std::size_t entered = 0;      ///< blocks
    std::vector<Txid> confirmed, returned, conflicted, dropped;
    std::vector<BlockHash> hashes;  ///< of the branch, lowest first; none of a rehearsal
};

/// Makes the branch's blocks. The error is for the user. Ledger thread only.
[[nodiscard]] Result<ReorgPlan, std::string> plan_reorg(ledger::State& state,
                                                        const ReorgRequest& request);

/// What `make_reorg` would do, but for hashes: the blocks, and the events of a copy of the mempool
/// that is given them. Changes nothing. Ledger thread only.
[[nodiscard]] Result<ReorgResult, std::string> rehearse_reorg(ledger::State& state,
                                                              const ReorgRequest& request);

/// Mines the branch and submits it. Blocks the caller; not for the ledger thread. After an error
/// the best chain is what it was.
[[nodiscard]] Result<ReorgResult, std::string> make_reorg(ledger::Ledger& ledger, Clock& clock,
                                                          const ReorgRequest& request,
                                                          std::uint64_t max_tries,
                                                          const std::atomic<bool>& stop);

}  // namespace daler::mining
