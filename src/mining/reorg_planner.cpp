#include "reorg_planner.h"

#include <daler/primitives/chain_params.h>

#include <fmt/format.h>

#include <algorithm>

namespace daler::mining {

ReorgPlanner::ReorgPlanner(ledger::State& state, const ReorgRequest& request, chain::Branch& branch)
    : state_(state), request_(request), branch_(branch) {
    plan_.fork = &branch.tip();
    plan_.old_tip = &state.chain.view()->tip();
}

void ReorgPlanner::read_leaving_blocks() {
    for (Height height = plan_.fork->height + 1; height <= plan_.old_tip->height; ++height) {
        const auto block = state_.chain.read_block(*plan_.old_tip->ancestor(height));
        for (const auto& tx : std::span(block->transactions).subspan(1)) {
            plan_.leaving.push_back(tx);
            loose_.insert_or_assign(tx->txid, Loose{tx, height});
        }
    }
}

void ReorgPlanner::collect_unconfirmed() {
    for (const auto& tx : state_.mempool.transactions())
        loose_.try_emplace(tx->txid, Loose{tx, plan_.old_tip->height + 1});
}

void ReorgPlanner::add_candidate(const TransactionRef& tx, Height earliest, bool is_required) {
    if (chosen_.insert(tx->txid).second) candidates_.push_back({tx, earliest, is_required});
}

void ReorgPlanner::require(const TransactionRef& tx, Height earliest) {
    // Depth first without recursion: chains of unconfirmed transactions can be long.
    std::vector<std::pair<Loose, bool>> open{{{tx, earliest}, false}};
    while (!open.empty()) {
        auto [next, has_parents] = open.back();
        open.pop_back();
        if (has_parents) {
            add_candidate(next.tx, next.height, true);
            continue;
        }
        open.push_back({next, true});
        for (const auto& input : next.tx->inputs) {
            const auto parent = loose_.find(input.prevout.txid);
            if (parent != loose_.end() && !chosen_.contains(parent->first))
                open.push_back({parent->second, false});
        }
    }
}

ReorgPlanner::Status ReorgPlanner::choose() {
    for (const auto& tx : request_.replacements)
        require(tx, plan_.fork->height + 1);
    for (const auto& txid : request_.confirmed) {
        const auto found = loose_.find(txid);
        if (found == loose_.end()) {
            return fail(
                fmt::format("Transaction {} is neither in the mempool nor in a block that "
                            "leaves.",
                            txid.to_hex()));
        }
        require(found->second.tx, found->second.height);
    }
    if (request_.confirm_all)
        for (const auto& tx : plan_.leaving)
            add_candidate(tx, loose_.at(tx->txid).height, false);
    return {};
}

std::vector<mempool::Selected> ReorgPlanner::fill_block(Height height) {
    auto room = std::min(request_.block.limits.max_weight, consensus::max_block_weight) -
                policy::coinbase_reserved_weight;
    std::vector<mempool::Selected> selected;
    for (auto& candidate : candidates_) {
        const auto weight = candidate.tx->weight();
        if (candidate.is_placed || candidate.earliest > height) continue;
        if (weight > room) {
            candidate.refused = {consensus::Reason::bad_block_weight, "no room in the blocks"};
            continue;
        }
        const auto added = branch_.add(candidate.tx);
        if (!added) {
            candidate.refused = added.error();
            continue;
        }
        candidate.is_placed = true;
        room -= weight;
        selected.push_back({candidate.tx, added->fee, added->sigop_cost});
    }
    return selected;
}

/// As in the block that leaves, so that lock times keep their meaning; above those, chain time.
BlockTime ReorgPlanner::block_time(Height height) const {
    const BlockTime now = state_.clock.chain_now();
    if (const auto* replaced = plan_.old_tip->ancestor(height))
        return std::min(replaced->header.block_time(), now);
    if (!state_.clock.is_chain_time_stopped()) return now;
    return std::max(now, last_time_.value_or(now)) + BlockPace::usual_step;
}

ReorgPlanner::Status ReorgPlanner::append_block() {
    const Height height = branch_.tip().height + 1;
    auto selected = fill_block(height);
    auto options = request_.block;
    options.time = block_time(height);
    options.signer = nullptr;  // it signs later, when the block below has its hash
    // Without it a block could be the same as the one that it replaces.
    const auto& old = plan_.old_tip->hash.bytes;
    options.extra_nonce.assign(old.begin(), old.begin() + 8);
    auto made = make_template(state_, options, branch_.tip(), std::move(selected));
    last_time_ = made.block.header.block_time();
    const auto block = std::make_shared<const Block>(std::move(made.block));
    const auto verdict = branch_.append(block);
    if (!verdict) {
        return fail(fmt::format("A block at height {} of the branch would be invalid: {}", height,
                                consensus::to_text(verdict.error())));
    }
    plan_.blocks.push_back(*block);
    return {};
}

ReorgPlanner::Status ReorgPlanner::check() const {
    for (const auto& candidate : candidates_) {
        if (candidate.is_placed || !candidate.is_required) continue;
        return fail(fmt::format("Transaction {} cannot be in the branch: {}",
                                candidate.tx->txid.to_hex(),
                                consensus::to_text(*candidate.refused)));
    }
    if (branch_.tip().chainwork > plan_.old_tip->chainwork) return {};
    return fail(
        fmt::format("A branch of {} blocks would have no more work than the {} blocks that "
                    "it must replace: raise `blocks`.",
                    request_.blocks, request_.depth));
}

Result<ReorgPlan, std::string> ReorgPlanner::run(const Appended& appended) {
    read_leaving_blocks();
    collect_unconfirmed();
    if (auto chosen = choose(); !chosen) return fail(chosen.error());
    for (int i = 0; i < request_.blocks; ++i) {
        if (auto status = append_block(); !status) return fail(status.error());
        if (appended) appended(plan_.blocks.back());
    }
    if (auto status = check(); !status) return fail(status.error());
    return std::move(plan_);
}

}  // namespace daler::mining
