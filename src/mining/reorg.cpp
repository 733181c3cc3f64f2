#include "reorg_planner.h"

#include <daler/primitives/chain_params.h>
#include <daler/util/ensure.h>

#include <fmt/format.h>

namespace daler::mining {
namespace {

// Nonces for each block that are tried on the ledger thread. On regtest about every second nonce is
// a solution.
constexpr std::uint64_t easy_tries_per_block = 100;

/// The end of a branch as a mempool sees the chain.
class BranchView final : public mempool::CoinView {
public:
    explicit BranchView(const chain::Branch& branch) : branch_(branch) {}

    std::optional<consensus::Coin> coin(const OutPoint& outpoint) const override {
        return branch_.coin(outpoint);
    }
    Height height() const override { return branch_.tip().height; }
    BlockTime median_time_past(Height height) const override {
        return branch_.tip().ancestor(height)->median_time_past;
    }

private:
    const chain::Branch& branch_;
};

Result<std::unique_ptr<chain::Branch>, std::string> begin_branch(ledger::State& state,
                                                                 Height depth) {
    const auto view = state.chain.view();
    if (depth < 1 || depth > view->height()) {
        return fail(
            fmt::format("depth must be from 1 to {}, the height of the chain.", view->height()));
    }
    auto branch = state.chain.begin_branch(*view->at(view->height() - depth));
    if (!branch) {
        return fail(fmt::format("The blocks below height {} were pruned: choose a smaller depth.",
                                view->height()));
    }
    return branch;
}

/// Finds out what became of the transactions that were unconfirmed or in blocks that left.
class Account {
public:
    Account(const ReorgPlan& plan, std::vector<TransactionRef> unconfirmed_before)
        : plan_(plan), unconfirmed_(std::move(unconfirmed_before)) {
        for (const auto& block : plan.blocks) {
            for (const auto& tx : std::span(block.transactions).subspan(1)) {
                in_branch_.insert(tx->txid);
                for (const auto& input : tx->inputs)
                    spent_.insert(input.prevout);
            }
        }
    }

    ReorgResult result(const mempool::Mempool& after) {
        ReorgResult out;
        out.fork_height = plan_.fork->height;
        out.entered = plan_.blocks.size();
        for (Height height = plan_.fork->height + 1; height <= plan_.old_tip->height; ++height)
            out.left.push_back(plan_.old_tip->ancestor(height)->hash);
        for (const auto& tx : plan_.leaving)
            if (!settle(*tx, after, out)) out.returned.push_back(tx->txid);
        for (const auto& tx : unconfirmed_)
            (void)settle(*tx, after, out);
        return out;
    }

private:
    /// Returns false if `tx` is in the mempool.
    bool settle(const SealedTransaction& tx, const mempool::Mempool& after, ReorgResult& out) {
        if (in_branch_.contains(tx.txid)) {
            out.confirmed.push_back(tx.txid);
        } else if (after.contains(tx.txid)) {
            return false;
        } else if (is_conflicted(tx)) {
            conflicted_.insert(tx.txid);
            out.conflicted.push_back(tx.txid);
        } else {
            out.dropped.push_back(tx.txid);
        }
        return true;
    }

    [[nodiscard]] bool is_conflicted(const Transaction& tx) const {
        return std::ranges::any_of(tx.inputs, [this](const TxInput& input) {
            return spent_.contains(input.prevout) || conflicted_.contains(input.prevout.txid);
        });
    }

    const ReorgPlan& plan_;
    const std::vector<TransactionRef> unconfirmed_;  ///< parents before children
    std::set<Txid> in_branch_;
    std::set<OutPoint> spent_;
    std::set<Txid> conflicted_;
};

/// Links the blocks, signs them on signets, and solves them. The error says why it cannot.
Result<std::vector<BlockRef>, std::string> solve_all(const ReorgPlan& plan,
                                                     const BlockSigner* signer,
                                                     const ChainParams& params,
                                                     std::uint64_t max_tries,
                                                     const std::atomic<bool>& stop) {
    std::vector<BlockRef> solved;
    BlockHash previous = plan.fork->hash;
    for (Block block : plan.blocks) {
        block.header.previous = previous;
        if (signer) ensure(signer->sign(block));
        if (!solve(block.header, params, max_tries, stop)) {
            return fail(std::string(stop ? "The node is stopping."
                                         : "The branch was not finished within `maxtries` hashes. "
                                           "The chain is as it was."));
        }
        previous = block.header.hash();
        solved.push_back(std::make_shared<const Block>(std::move(block)));
    }
    return solved;
}

Result<ReorgResult, std::string> submit_all(ledger::State& state, Clock& clock,
                                            const ReorgPlan& plan,
                                            const std::vector<BlockRef>& blocks) {
    if (&state.chain.view()->tip() != plan.old_tip) {
        return fail(
            std::string("Another block became the tip while the branch was mined. The "
                        "chain has not been changed by this call; try again."));
    }
    Account account(plan, state.mempool.transactions());
    BlockPace pace(clock, std::nullopt);
    std::vector<BlockHash> hashes;
    for (const auto& block : blocks) {
        pace.reach(block->header.block_time());
        const auto submitted = state.chain.submit(block);
        if (!submitted.verdict) {
            return fail(fmt::format("A block of the branch, at height {}, was refused: {}",
                                    plan.fork->height + std::ssize(hashes) + 1,
                                    consensus::to_text(submitted.verdict.error())));
        }
        hashes.push_back(block->header.hash());
    }
    auto result = account.result(state.mempool);
    result.hashes = std::move(hashes);
    return result;
}

}  // namespace

Result<ReorgPlan, std::string> plan_reorg(ledger::State& state, const ReorgRequest& request) {
    const auto branch = begin_branch(state, request.depth);
    if (!branch) return fail(branch.error());
    return ReorgPlanner(state, request, **branch).run({});
}

Result<ReorgResult, std::string> rehearse_reorg(ledger::State& state, const ReorgRequest& request) {
    const auto branch = begin_branch(state, request.depth);
    if (!branch) return fail(branch.error());
    const auto tip = state.chain.view();
    const BranchView view(**branch);
    const auto mempool = state.mempool.copy(view);
    for (Height i = 0; i < request.depth; ++i)
        mempool->block_disconnected(*state.chain.read_block(*tip->at(tip->height() - i)));
    bool is_reorganising = true;
    const auto connect = [&](const Block& block) {
        mempool->block_connected(block, (*branch)->tip().height, state.clock.now());
        const bool wins = (*branch)->tip().chainwork > tip->tip().chainwork;
        if (wins && std::exchange(is_reorganising, false)) mempool->reorganised(state.clock.now());
    };
    const auto plan = ReorgPlanner(state, request, **branch).run(connect);
    if (!plan) return fail(plan.error());
    return Account(*plan, state.mempool.transactions()).result(*mempool);
}

Result<ReorgResult, std::string> make_reorg(ledger::Ledger& ledger, Clock& clock,
                                            const ReorgRequest& request, std::uint64_t max_tries,
                                            const std::atomic<bool>& stop) {
    using Outcome = Result<ReorgResult, std::string>;
    ReorgPlan plan;
    // Easy blocks are solved at once, so that no other block can come in between.
    const auto make_easy = [&](ledger::State& state) -> std::optional<Outcome> {
        auto planned = plan_reorg(state, request);
        if (!planned) return Outcome(fail(planned.error()));
        plan = std::move(*planned);
        const auto tries = std::min(max_tries, easy_tries_per_block * plan.blocks.size());
        const auto blocks =
            solve_all(plan, request.block.signer.get(), ledger.params(), tries, stop);
        if (!blocks) return std::nullopt;
        return submit_all(state, clock, plan, *blocks);
    };
    if (auto outcome = ledger.call(make_easy)) return std::move(*outcome);
    const auto blocks =
        solve_all(plan, request.block.signer.get(), ledger.params(), max_tries, stop);
    if (!blocks) return fail(blocks.error());
    return ledger.call(
        [&](ledger::State& state) { return submit_all(state, clock, plan, *blocks); });
}

}  // namespace daler::mining
