#include "staged_selection.h"

#include <boost/unordered/unordered_flat_set.hpp>

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
    out.push_back({0, 1, longest, Mixed::yes, Rests::yes});
    if (request_.include_unsafe) out.push_back({0, 0, longest, Mixed::yes, Rests::yes});
    if (!wallet_.options().reject_long_chains) {
        constexpr auto any = std::numeric_limits<std::int64_t>::max();
        out.push_back(
            {0, request_.include_unsafe ? 0 : 1, at_most(any, any), Mixed::yes, Rests::yes});
    }
    return out;
}

bool StagedSelection::is_eligible(const CoinGroup& group, const Stage& stage) {
    if (group.is_rest() && stage.rests == Rests::no) return false;
    const auto chain = group.chain();
    return group.depth() >= (group.is_from_me() ? stage.from_me : stage.from_others) &&
           chain.ancestors <= stage.max_chain.ancestors &&
           chain.descendants <= stage.max_chain.descendants;
}

std::optional<StagedSelection::Attempt> StagedSelection::attempt(const Groups& from) {
    std::vector<Candidate> candidates;
    candidates.reserve(from.size());
    for (const auto* group : from)
        candidates.push_back(group->candidate());
    const auto selected = select_coins(candidates, goal_, random_);
    if (!selected) return std::nullopt;
    Attempt out{{}, waste(candidates, *selected, goal_)};
    Amount bump_fees;
    for (const auto i : *selected) {
        for (const auto& coin : from[i]->coins()) {
            out.coins.push_back(&coin);
            bump_fees += coin.bump_fee;
        }
    }
    // A common ancestor is paid for once.
    out.waste -= bump_fees - common_bump_fee(wallet_.node(), out.coins, rate_);
    return out;
}

std::optional<StagedSelection::Attempt> StagedSelection::attempt(const Stage& stage) {
    std::map<std::optional<descriptor::AddressType>, Groups> by_type;
    Groups* same_type = nullptr;
    std::optional<descriptor::AddressType> latest;
    for (const auto& group : groups_) {
        if (!is_eligible(group, stage)) continue;
        if (!same_type || group.type() != latest) same_type = &by_type[latest = group.type()];
        same_type->push_back(&group);
    }
    std::optional<Attempt> best;
    for (const auto& [type, groups] : by_type) {
        auto found = attempt(groups);
        if (!found) continue;
        const bool is_better =
            !best || found->waste < best->waste ||
            (found->waste == best->waste && found->coins.size() > best->coins.size());
        if (is_better) best = std::move(found);
    }
    if (best || stage.mixed == Mixed::no || by_type.size() < 2) return best;
    Groups all;
    for (const auto& group : groups_)
        if (is_eligible(group, stage)) all.push_back(&group);
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
    for (const auto& group : groups_) {
        const auto value = group.candidate().value;
        const auto chain = group.chain();
        all += value;
        if (is_eligible(group, last))
            eligible += value;
        else if (chain.ancestors >= max.ancestors || chain.descendants >= max.descendants)
            in_long_chains += value;
    }
    if (eligible >= goal_.target) return {};
    if (all >= goal_.target && eligible + in_long_chains > goal_.target) {
        return fail(FailureKind::too_few_coins,
                    "Unconfirmed UTXOs are available, but spending them creates a chain of "
                    "transactions that will be rejected by the mempool");
    }
    return fail(FailureKind::too_few_coins, "Insufficient funds");
}

void StagedSelection::find_coins(bool unconfirmed) {
    if (!std::exchange(has_confirmed_, true)) coins_ = finder_.confirmed_others();
    if (unconfirmed && !std::exchange(has_unconfirmed_, true))
        std::ranges::move(finder_.unconfirmed_others(), std::back_inserter(coins_));
}

Outcome<StagedSelection::Attempt> StagedSelection::choose_attempt(Grouping grouping) {
    const auto all = stages();
    const auto mixed = std::ranges::find_if_not(all, &Stage::is_confirmed);
    // An unconfirmed coin is in the group of the confirmed ones of its script.
    find_coins(grouping == Grouping::by_script);
    groups_ = make_groups(coins_, grouping, random_);
    if (auto found = attempt_all({all.begin(), mixed})) return std::move(*found);
    if (grouping == Grouping::none) {
        find_coins(true);
        groups_ = make_groups(coins_, grouping, random_);
    }
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

Outcome<std::vector<PricedCoin>> StagedSelection::choose(const SelectionGoal& goal,
                                                         Grouping grouping) {
    goal_ = goal;
    const auto found = choose_attempt(grouping);
    if (!found) return daler::fail(found.error());
    std::vector<PricedCoin> out;
    for (const auto* coin : found->coins)
        out.push_back(*coin);
    return out;
}

bool StagedSelection::splits_scripts(std::span<const PricedCoin> chosen) const {
    using Place = std::pair<std::size_t, std::uint32_t>;
    boost::unordered_flat_set<Place> places;
    for (const auto& coin : chosen)
        places.emplace(coin.place->record, coin.place->index);
    const auto is_chosen = [&](const OutPoint& outpoint) {
        return std::ranges::find(chosen, outpoint, &PricedCoin::outpoint) != chosen.end();
    };
    const auto is_left = [&](const KeyBook::Place& place, const OutPoint& outpoint) {
        return places.contains({place.record, place.index}) && !is_chosen(outpoint);
    };
    if (std::ranges::any_of(
            coins_, [&](const PricedCoin& coin) { return is_left(*coin.place, coin.outpoint); }))
        return true;
    if (has_unconfirmed_) return false;
    // They were not looked for. Some of these may not be allowed.
    const auto& index = wallet_.history().index();
    return std::ranges::any_of(index.unconfirmed(), [&](const CoinIndex::Key& key) {
        const auto& coin = index.coins().at(key);
        return is_left(coin.place, coin.outpoint);
    });
}

}  // namespace daler::wallet
