#pragma once

#include <daler/ledger/ledger.h>
#include <daler/policy/block_limits.h>

#include <atomic>
#include <functional>

namespace daler::mining {

struct TemplateOptions {
    Script coinbase_script;  ///< where subsidy and fees go
    policy::BlockLimits limits{};
    bool use_mempool = true;
};

/// A block to be mined, and what getblocktemplate tells about it. `fees[i]`, `sigop_costs[i]`
/// belong to transaction i; entry 0 is the coinbase (minus the sum of the fees).
struct Template {
    Block block;
    std::vector<Amount> fees;
    std::vector<std::int64_t> sigop_costs;
    Height height = 0;
    BlockTime min_time{};  ///< median time past + 1
};

/// Builds a template on the present tip. On the ledger thread.
[[nodiscard]] Template make_template(ledger::State& state, const TemplateOptions& options);

/// The same with exactly these transactions, in this order (generateblock).
[[nodiscard]] Template make_template(ledger::State& state, const TemplateOptions& options,
                                     std::vector<TransactionRef> transactions);

/// Sets the witness commitment and the merkle root of a block at `height` whose
/// transactions changed.
void finish_block(Block& block, Height height, const ChainParams& params);

/// Counts the nonce up until the header has its proof of work. False if all nonces (or `max_tries`,
/// which is counted down) are used up or `stop` was set. Any thread.
[[nodiscard]] bool solve(BlockHeader& header, const ChainParams& params, std::uint64_t& max_tries,
                         const std::atomic<bool>& stop);

/// Mines `count` blocks as `options` say and submits each. Stops early when tries run out or `stop`
/// is set, and fails with the reason when a block is refused; those before it stay. `made`, if
/// given, sees every template. Blocks the caller; not on the ledger thread.
[[nodiscard]] Result<std::vector<BlockHash>, consensus::Rejection> generate(
    ledger::Ledger& ledger, int count, const TemplateOptions& options, std::uint64_t max_tries,
    const std::atomic<bool>& stop, const std::function<void(const Template&)>& made = {});

}  // namespace daler::mining
