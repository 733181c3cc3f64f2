#pragma once

#include <daler/ledger/ledger.h>
#include <daler/policy/block_limits.h>

#include <atomic>
#include <functional>

namespace daler {
struct ChainParams;
}

namespace daler::mining {

struct TemplateOptions {
    Script coinbase_script;  ///< receives subsidy and fees
    policy::BlockLimits limits{};
    bool use_mempool = true;
};

/// A block to be mined, and what getblocktemplate returns about it. `fees[i]` and `sigop_costs[i]`
/// belong to transaction i. Entry 0 is the coinbase: its fee is minus the sum of the others.
struct Template {
    Block block;
    std::vector<Amount> fees;
    std::vector<std::int64_t> sigop_costs;
    Height height = 0;
    BlockTime min_time{};  ///< median time past + 1
};

/// Builds a template on the current tip. Ledger thread only.
[[nodiscard]] Template make_template(ledger::State& state, const TemplateOptions& options);

/// The same with exactly these transactions, in this order (generateblock).
[[nodiscard]] Template make_template(ledger::State& state, const TemplateOptions& options,
                                     std::vector<TransactionRef> transactions);

/// Sets the witness commitment and the merkle root of a block at `height` whose
/// transactions changed.
void finish_block(Block& block, Height height, const ChainParams& params);

/// Increments the nonce until the header has proof of work. False if the nonces or `max_tries`
/// (which is counted down) are used up or `stop` is set. Any thread.
[[nodiscard]] bool solve(BlockHeader& header, const ChainParams& params, std::uint64_t& max_tries,
                         const std::atomic<bool>& stop);

/// Mines `count` blocks with `options` and submits each. Stops early if the tries are used up or
/// `stop` is set. If a block is refused, fails with the reason; the blocks before it stay. Calls
/// `made`, if given, with each template. Blocks the caller; not for the ledger thread.
[[nodiscard]] Result<std::vector<BlockHash>, consensus::Rejection> generate(
    ledger::Ledger& ledger, int count, const TemplateOptions& options, std::uint64_t max_tries,
    const std::atomic<bool>& stop, const std::function<void(const Template&)>& made = {});

}  // namespace daler::mining
