#pragma once

#include "coin_finder.h"

namespace daler::wallet {

/// Chooses coins in stages: the first stage in which coins suffice is taken. Confirmed coins come
/// first, because unconfirmed transactions may become invalid; then short chains, because each
/// payment that is added to a chain uses up a part of its limit. In each stage coins of one type of
/// address are preferred. Unconfirmed coins are looked for only if the confirmed ones do not
/// suffice. Keeps references to its arguments.
class StagedSelection {
public:
    StagedSelection(const Wallet& wallet, const PaymentRequest& request, const CoinFinder& finder,
                    const SelectionGoal& goal, FeeRate rate, Random& random)
        : wallet_(wallet),
          request_(request),
          finder_(finder),
          goal_(goal),
          rate_(rate),
          random_(random) {}

    Outcome<std::vector<PricedCoin>> choose();

private:
    enum class Mixed : bool { no, yes };
    /// What coins an attempt may choose from.
    struct Stage {
        Height from_me, from_others;  ///< confirmations
        MempoolChain max_chain;
        Mixed mixed = Mixed::yes;  ///< types of addresses

        [[nodiscard]] bool is_confirmed() const { return std::min(from_me, from_others) > 0; }
    };
    using Coins = std::vector<const PricedCoin*>;
    struct Attempt {
        Coins coins;
        Amount waste;
    };

    [[nodiscard]] std::vector<Stage> stages() const;
    [[nodiscard]] static bool is_eligible(const PricedCoin& coin, const Stage& stage);
    [[nodiscard]] std::optional<Attempt> attempt(const Coins& from);
    [[nodiscard]] std::optional<Attempt> attempt(const Stage& stage);
    /// The coins of the first stage in which they suffice.
    [[nodiscard]] std::optional<Attempt> attempt_all(std::span<const Stage> stages);
    /// Why the coins of the last stage cannot be enough, if so.
    [[nodiscard]] Outcome<void> check_sums(const Stage& last) const;
    [[nodiscard]] Outcome<Attempt> choose_attempt();

    const Wallet& wallet_;
    const PaymentRequest& request_;
    const CoinFinder& finder_;
    std::vector<PricedCoin> coins_;
    const SelectionGoal& goal_;
    const FeeRate rate_;
    Random& random_;
};

}  // namespace daler::wallet
