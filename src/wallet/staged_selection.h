#pragma once

#include "coin_group.h"

namespace daler::wallet {

/// Chooses coins in stages: the first stage in which coins suffice is taken. Confirmed coins come
/// first, because unconfirmed transactions may become invalid; then short chains, because each
/// payment that is added to a chain uses up a part of its limit. In each stage coins of one type of
/// address are preferred. Unconfirmed coins are looked for only if the confirmed ones do not
/// suffice, or to find groups of coins. Coins are looked for once, whatever is then chosen from
/// them. Keeps references to its arguments.
class StagedSelection {
public:
    StagedSelection(const Wallet& wallet, const PaymentRequest& request, CoinFinder finder,
                    FeeRate rate, Random& random)
        : wallet_(wallet), request_(request), finder_(finder), rate_(rate), random_(random) {}

    Outcome<std::vector<PricedCoin>> choose(const SelectionGoal& goal, Grouping grouping);
    /// Whether `chosen`, a result of `choose`, spends some and not all of the coins of a script
    /// that are allowed.
    [[nodiscard]] bool splits_scripts(std::span<const PricedCoin> chosen) const;

private:
    enum class Mixed : bool { no, yes };
    enum class Rests : bool { no, yes };
    /// What groups an attempt may choose from.
    struct Stage {
        Height from_me, from_others;  ///< confirmations
        MempoolChain max_chain;
        Mixed mixed = Mixed::yes;  ///< types of addresses
        Rests rests = Rests::no;   ///< what is left of scripts with too many coins for one group

        [[nodiscard]] bool is_confirmed() const { return std::min(from_me, from_others) > 0; }
    };
    using Groups = std::vector<const CoinGroup*>;
    struct Attempt {
        std::vector<const PricedCoin*> coins;
        Amount waste;
    };

    [[nodiscard]] std::vector<Stage> stages() const;
    [[nodiscard]] static bool is_eligible(const CoinGroup& group, const Stage& stage);
    [[nodiscard]] std::optional<Attempt> attempt(const Groups& from);
    [[nodiscard]] std::optional<Attempt> attempt(const Stage& stage);
    /// The coins of the first stage in which they suffice.
    [[nodiscard]] std::optional<Attempt> attempt_all(std::span<const Stage> stages);
    /// Why the coins of the last stage cannot be enough, if so.
    [[nodiscard]] Outcome<void> check_sums(const Stage& last) const;
    [[nodiscard]] Outcome<Attempt> choose_attempt(Grouping grouping);
    void find_coins(bool unconfirmed);

    const Wallet& wallet_;
    const PaymentRequest& request_;
    const CoinFinder finder_;
    const FeeRate rate_;
    Random& random_;
    std::vector<PricedCoin> coins_;  ///< those that were looked for so far
    bool has_confirmed_ = false, has_unconfirmed_ = false;
    std::vector<CoinGroup> groups_;  ///< of coins_
    SelectionGoal goal_{};
};

}  // namespace daler::wallet
