#pragma once

#include <daler/ledger/ledger.h>
#include <daler/mining/block_pace.h>
#include <daler/mining/block_signer.h>
#include <daler/policy/block_limits.h>

#include <atomic>
#include <functional>
#include <limits>
#include <optional>

namespace daler {
struct ChainParams;
}

namespace daler::mining {

struct TemplateOptions {
    Script coinbase_script;  ///< receives subsidy and fees
    policy::BlockLimits limits{};
    bool use_mempool = true;
    std::optional<BlockTime> time{};  ///< not before Template::min_time; nothing: chain time
    Bytes
        extra_nonce{};  ///< data in the coinbase, so that it differs from others; at most 80 bytes
    std::shared_ptr<const BlockSigner> signer{};  ///< on signets: signs the template, if given
};

/// A block to be mined, and what getblocktemplate returns about it. `fees[i]`, `sigop_costs[i]` and
/// `depends[i]` belong to transaction i. Entry 0 is the coinbase: its fee is minus the sum of the
/// others.
struct Template {
    Block block;
    std::vector<Amount> fees;
    std::vector<std::int64_t> sigop_costs;
    /// The places in the block of the transactions whose outputs it spends: one for each such
    /// input. Empty unless the mempool selected the transactions.
    std::vector<std::vector<std::uint32_t>> depends;
    Height height = 0;
    BlockTime min_time{};  ///< median time past + 1
};

/// Builds a template on the current tip. Ledger thread only.
[[nodiscard]] Template make_template(ledger::State& state, const TemplateOptions& options);

/// The same with exactly these transactions, in this order (generateblock).
[[nodiscard]] Template make_template(ledger::State& state, const TemplateOptions& options,
                                     std::vector<TransactionRef> transactions);

/// The same on top of `parent`, which need not be the tip, nor on the best chain.
[[nodiscard]] Template make_template(ledger::State& state, const TemplateOptions& options,
                                     const chain::BlockEntry& parent,
                                     std::vector<mempool::Selected> transactions);

/// A transaction that cannot be in a block, and why.
struct Unfit {
    TransactionRef tx;
    consensus::Rejection rejection;
};

/// Checks that a block on the tip can have exactly these transactions, in this order, and adds
/// their fees. The error names the first that it cannot have. Ledger thread only.
[[nodiscard]] Result<std::vector<mempool::Selected>, Unfit> select_exactly(
    ledger::State& state, const std::vector<TransactionRef>& transactions);

/// Sets the time of a template, and what depends on it, as if it were made now. Requires: its
/// parent is the tip. Ledger thread only.
void update_time(ledger::State& state, const TemplateOptions& options, Template& made);

/// Sets the witness commitment and the merkle root of a block at `height` whose
/// transactions changed.
void finish_block(Block& block, Height height, const ChainParams& params);

/// Increments the nonce until the header has proof of work. False if the nonces or `max_tries`
/// (which is counted down) are used up or `stop` is set. Any thread.
[[nodiscard]] bool solve(BlockHeader& header, const ChainParams& params, std::uint64_t& max_tries,
                         const std::atomic<bool>& stop);

/// What `generate` mines.
struct GenerateOptions {
    int count = 1;
    TemplateOptions block;
    /// The transactions of the first block; the others are then empty. Nothing: the mempool's best.
    std::optional<std::vector<mempool::Selected>> transactions{};
    bool only_with_transactions = false;             ///< stops instead of mining an empty block
    std::optional<std::chrono::seconds> interval{};  ///< between the times of two blocks
    std::uint64_t max_tries = std::numeric_limits<std::uint64_t>::max();  ///< nonces, in all
    std::function<void(const Template&)> made{};  ///< is called with each template; may be empty
};

/// Mines blocks and submits each. Chain time moves along as BlockPace says. Stops early if the
/// tries are used up or `stop` is set. If a block is refused, fails with the reason; the blocks
/// before it stay. Blocks the caller; not for the ledger thread.
[[nodiscard]] Result<std::vector<BlockHash>, consensus::Rejection> generate(
    ledger::Ledger& ledger, Clock& clock, GenerateOptions options, const std::atomic<bool>& stop);

}  // namespace daler::mining
