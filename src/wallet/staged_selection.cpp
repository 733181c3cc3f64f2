#include "staged_selection.h"

#include <algorithm>
#include <map>

namespace daler::wallet {
namespace {

tl::unexpected<Failure> too_heavy(std::string message) {
    return fail(FailureKind::insufficient_funds, std::move(message));
}

}  // namespace

std::vector<StagedSelection::Stage> StagedSelection::stages() const {
    const auto max = wallet_.node().max_chain();
    const auto at_most = [](std::int64_t ancestors, std::int64_t descendants) {
        return MempoolChain{ancestors, descendants};
    };
    std::vector<Stage> out{{1, 6, at_most(0, 0), Mixed::no}, {1, 1, at_most(0, 0)}};
    if (!wallet_.options().spend_unconfirmed_change) return out;
    const auto longest = at_most(max.ancestors - 1, max.descendants - 1);
    out.push_back({0, 1, at_most(2, 2)});
    out.push_back({0, 1,
                   at_most(std::min<std::int64_t>(4, max.ancestors / 3),
                           std::min<std::int64_t>(4, max.descendants / 3))});
    out.push_back({0, 1, at_most(max.ancestors / 2, max.descendants / 2)});
    out.push_back({0, 1, longest});
    if (request_.include_unsafe) out.push_back({0, 0, longest});
    if (!wallet_.options().reject_long_chains) {
        constexpr auto any = std::numeric_limits<std::int64_t>::max();
        out.push_back({0, request_.include_unsafe ? 0 : 1, at_most(any, any)});
    }
    return out;
}

bool StagedSelection::is_eligible(const PricedCoin& coin, const Stage& stage) {
    return coin.depth >= (coin.from_me ? stage.from_me : stage.from_others) &&
           coin.chain.ancestors <= stage.max_chain.ancestors &&
           coin.chain.descendants <= stage.max_chain.descendants;
}

std::optional<StagedSelection::Attempt> StagedSelection::attempt(const Coins& from) {
    std::vector<Candidate> candidates;
    candidates.reserve(from.size());
    for (const auto* coin : from)
        candidates.push_back(coin->candidate);
    const auto selected = select_coins(candidates, goal_, random_);
    if (!selected) return std::nullopt;
    Attempt out{{}, waste(candidates, *selected, goal_)};
    Amount bump_fees;
    for (const auto i : *selected) {
        out.coins.push_back(from[i]);
        bump_fees += from[i]->bump_fee;
    }
    // A common ancestor is paid for once.
    out.waste -= bump_fees - common_bump_fee(wallet_.node(), out.coins, rate_);
    return out;
}

std::optional<StagedSelection::Attempt> StagedSelection::attempt(const Stage& stage) {
    std::map<std::optional<descriptor::AddressType>, Coins> by_type;
    Coins* same_type = nullptr;
    std::optional<descriptor::AddressType> latest;
    for (const auto& coin : coins_) {
        if (!is_eligible(coin, stage)) continue;
        if (!same_type || coin.type != latest) same_type = &by_type[latest = coin.type];
        same_type->push_back(&coin);
    }
    std::optional<Attempt> best;
    for (const auto& [type, coins] : by_type) {
        auto found = attempt(coins);
        if (!found) continue;
        const bool is_better =
            !best || found->waste < best->waste ||
            (found->waste == best->waste && found->coins.size() > best->coins.size());
        if (is_better) best = std::move(found);
    }
    if (best || stage.mixed == Mixed::no || by_type.size() < 2) return best;
    Coins all;
    for (const auto& coin : coins_)
        if (is_eligible(coin, stage)) all.push_back(&coin);
    return attempt(all);
}

std::optional<StagedSelection::Attempt> StagedSelection::attempt_all(
    std::span<const Stage> stages) {
    for (const auto& stage : stages)
        if (auto found = attempt(stage)) return found;
    return std::nullopt;
}

Outcome<void> StagedSelection::check_sums(const Stage& last) const {
    Amount eligible, all, in_long_chains;
    const auto max = wallet_.node().max_chain();
    for (const auto& coin : coins_) {
        all += coin.candidate.value;
        const bool is_long =
            coin.chain.ancestors >= max.ancestors || coin.chain.descendants >= max.descendants;
        if (is_eligible(coin, last))
            eligible += coin.candidate.value;
        else if (is_long)
            in_long_chains += coin.candidate.value;
    }
    if (eligible >= goal_.target) return {};
    if (all >= goal_.target && eligible + in_long_chains > goal_.target) {
        return fail(FailureKind::too_few_coins,
                    "Unconfirmed UTXOs are available, but spending them creates a chain of "
                    "transactions that will be rejected by the mempool");
    }
    return fail(FailureKind::too_few_coins, "Insufficient funds");
}

Outcome<StagedSelection::Attempt> StagedSelection::choose_attempt() {
    const auto all = stages();
    const auto mixed = std::ranges::find_if_not(all, &Stage::is_confirmed);
    coins_ = finder_.confirmed_others();
    if (auto found = attempt_all({all.begin(), mixed})) return std::move(*found);
    std::ranges::move(finder_.unconfirmed_others(), std::back_inserter(coins_));
    if (auto ok = check_sums(all.back()); !ok) return daler::fail(ok.error());
    if (goal_.max_weight + goal_.change_weight <= 0) {
        return too_heavy(
            "Maximum transaction weight is less than transaction weight without inputs");
    }
    if (auto found = attempt_all({mixed, all.end()})) return std::move(*found);
    if (goal_.max_weight < 0) {
        return too_heavy(
            "Maximum transaction weight is too low, can not accommodate change output");
    }
    return too_heavy(
        "The inputs size exceeds the maximum weight. Please try sending a smaller amount or "
        "manually consolidating your wallet's UTXOs");
}

Outcome<std::vector<PricedCoin>> StagedSelection::choose() {
    const auto found = choose_attempt();
    if (!found) return daler::fail(found.error());
    std::vector<PricedCoin> out;
    for (const auto* coin : found->coins)
        out.push_back(*coin);
    return out;
}

}  // namespace daler::wallet
