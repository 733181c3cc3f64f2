#include <daler/mining/mining.h>

#include <daler/chain/branch.h>
#include <daler/consensus/version_bits.h>
#include <daler/primitives/chain_params.h>
#include <daler/script/standard.h>
#include <daler/util/ensure.h>

#include <algorithm>

namespace daler::mining {
namespace {

BlockTime earliest_time(const chain::BlockEntry& tip, const ChainParams& params) {
    BlockTime earliest = tip.median_time_past + std::chrono::seconds{1};
    const bool starts_window = (tip.height + 1) % params.retarget.window == 0;
    if (params.retarget.timewarp_protection && starts_window)
        earliest = std::max(earliest, tip.header.block_time() - consensus::max_timewarp);
    return earliest;
}

TransactionRef make_coinbase(const TemplateOptions& options, Height height, Amount value) {
    Transaction coinbase;
    coinbase.version = 2;
    TxInput input;
    script::push_number(input.script_sig, height);
    // Heights 1 to 16 take one byte, and a coinbase script must have at least two.
    if (options.extra_nonce.empty())
        script::push_number(input.script_sig, 0);
    else
        script::push(input.script_sig, options.extra_nonce);
    coinbase.inputs.push_back(std::move(input));
    coinbase.outputs.push_back({value, options.coinbase_script});
    return seal(std::move(coinbase));
}

void set_time(Template& made, ledger::State& state, const chain::BlockEntry& parent,
              const TemplateOptions& options) {
    const auto time = std::max(made.min_time, options.time.value_or(state.clock.chain_now()));
    auto& header = made.block.header;
    header.time = static_cast<std::uint32_t>(unix_seconds(time));
    header.bits = consensus::next_bits(chain::EntryChain(parent), time, state.chain.params());
}

void fill_header(Template& made, ledger::State& state, const chain::BlockEntry& parent,
                 const TemplateOptions& options) {
    const chain::EntryChain parents(parent);
    auto& header = made.block.header;
    header.version = options.limits.version.value_or(
        consensus::block_version(parents, state.chain.params(), state.deployments));
    header.previous = parent.hash;
    header.nonce = 0;
    set_time(made, state, parent, options);
}

}  // namespace

Template make_template(ledger::State& state, const TemplateOptions& options,
                       const chain::BlockEntry& parent, std::vector<mempool::Selected> selected) {
    const auto& params = state.chain.params();
    Template result;
    result.height = parent.height + 1;
    result.min_time = earliest_time(parent, params);

    Amount fees;
    result.block.transactions.emplace_back();
    result.fees.emplace_back();
    result.sigop_costs.emplace_back();
    result.depends.emplace_back();
    for (auto& [tx, fee, sigop_cost, depends] : selected) {
        fees += fee;
        result.block.transactions.push_back(std::move(tx));
        result.fees.push_back(fee);
        result.sigop_costs.push_back(sigop_cost);
        result.depends.push_back(std::move(depends));
    }
    result.fees[0] = -fees;
    const Amount reward = consensus::block_subsidy(result.height, params) + fees;
    result.block.transactions[0] = make_coinbase(options, result.height, reward);
    fill_header(result, state, parent, options);
    finish_block(result.block, result.height, params);
    if (options.signer) ensure(options.signer->sign(result.block));
    result.sigop_costs[0] = consensus::sigop_cost(*result.block.transactions[0], {}, 0);
    return result;
}

Template make_template(ledger::State& state, const TemplateOptions& options) {
    const auto view = state.chain.view();
    if (!options.use_mempool) return make_template(state, options, view->tip(), {});
    const mempool::BlockSpace space{
        .max_weight = std::min(options.limits.max_weight, consensus::max_block_weight) -
                      policy::coinbase_reserved_weight,
        .max_sigop_cost = consensus::max_block_sigop_cost - policy::coinbase_reserved_sigop_cost,
        .min_feerate = options.limits.min_fee_rate,
        .height = view->height() + 1,
        .time = view->tip().median_time_past,
    };
    return make_template(state, options, view->tip(), state.mempool.select_for_block(space));
}

Template make_template(ledger::State& state, const TemplateOptions& options,
                       std::vector<TransactionRef> transactions) {
    std::vector<mempool::Selected> selected;
    selected.reserve(transactions.size());
    for (auto& tx : transactions)
        selected.push_back({std::move(tx), Amount{}, 0});
    const auto view = state.chain.view();
    return make_template(state, options, view->tip(), std::move(selected));
}

Result<std::vector<mempool::Selected>, Unfit> select_exactly(
    ledger::State& state, const std::vector<TransactionRef>& transactions) {
    const auto view = state.chain.view();
    const auto next_block = state.chain.begin_branch(view->tip());
    std::vector<mempool::Selected> selected;
    for (const auto& tx : transactions) {
        const auto added = next_block->add(tx);
        if (!added) return fail(Unfit{tx, added.error()});
        selected.push_back({tx, added->fee, added->sigop_cost});
    }
    return selected;
}

void update_time(ledger::State& state, const TemplateOptions& options, Template& made) {
    set_time(made, state, state.chain.view()->tip(), options);
}

void finish_block(Block& block, Height height, const ChainParams& params) {
    auto& coinbase = block.transactions.at(0);
    Transaction changed = *coinbase;
    if (const auto old = consensus::witness_commitment_index(block))
        changed.outputs.erase(changed.outputs.begin() + static_cast<std::ptrdiff_t>(*old));
    // Before segwit the commitment has no meaning, but Bitcoin Core's blocks contain it, too.
    const Hash256 reserved{};
    const Hash256 commitment = consensus::witness_commitment(block, reserved);
    changed.outputs.push_back({Amount{0}, consensus::witness_commitment_script(commitment)});
    if (height >= params.activation.segwit)
        changed.inputs[0].witness = {Bytes(reserved.bytes.begin(), reserved.bytes.end())};
    coinbase = seal(std::move(changed));
    block.header.merkle_root = consensus::merkle_root(block);
}

}  // namespace daler::mining
