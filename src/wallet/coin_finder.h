#pragma once

#include <daler/wallet/wallet.h>

#include "coin_selection.h"

namespace daler::wallet {

/// A coin that a payment may spend, and what that costs. It has no copy of the output, because
/// there may be many: `CoinFinder::output_of` finds it.
struct PricedCoin {
    OutPoint outpoint;
    std::optional<KeyBook::Place> place;  ///< if it is the wallet's
    Candidate candidate;                  ///< its fee includes `bump_fee`
    bool has_witness;                     ///< a signed input that spends it has one
    /// Coins of different types are not spent together without need. Nothing: scripts without
    /// address.
    std::optional<descriptor::AddressType> type;
    Height depth = 0;
    bool from_me = false;
    /// What a payment that spends only this coin must pay for the unconfirmed transactions before
    /// it, so that it is worth its fee rate together with them.
    Amount bump_fee{};
    MempoolChain chain{0, 0};           ///< of its transaction, if that is unconfirmed
    const GivenInput* given = nullptr;  ///< part of the request that names it
};

/// What one payment at `rate` that spends these coins must pay for the unconfirmed transactions
/// before it.
[[nodiscard]] Amount common_bump_fee(const NodeView& node, std::span<const PricedCoin* const> coins,
                                     FeeRate rate);

/// The weight of a transaction with these inputs, signed, and these outputs.
[[nodiscard]] std::int64_t signed_weight(std::span<const PricedCoin> coins,
                                         std::span<const TxOutput> outputs);

/// The fee for this many weight units.
[[nodiscard]] Amount fee_of_weight(FeeRate rate, std::int64_t weight);

/// Finds the coins for one payment and computes what each of them costs. Keeps references to its
/// arguments.
class CoinFinder {
public:
    /// `rate`: of the payment. `recipients_pay`: coins count with their whole amounts.
    CoinFinder(const Wallet& wallet, const PaymentRequest& request, FeeRate rate,
               bool recipients_pay)
        : wallet_(wallet), request_(request), rate_(rate), recipients_pay_(recipients_pay) {}

    /// Fails if the output that an input with a given sequence spends is not known.
    static Outcome<void> check_given(const Wallet& wallet, const PaymentRequest& request);
    /// The coins that the request names. Fails if one is not known, or its weight is not.
    [[nodiscard]] Outcome<std::vector<PricedCoin>> given() const;
    /// The other coins that the request allows and that bring more than they cost, in the order of
    /// their ids.
    [[nodiscard]] std::vector<PricedCoin> others() const;
    /// Those of them that are confirmed, and the rest, which takes longer: the mempool is asked. In
    /// no order, unless the wallet's choices are to be repeated.
    [[nodiscard]] std::vector<PricedCoin> confirmed_others() const;
    [[nodiscard]] std::vector<PricedCoin> unconfirmed_others() const;
    /// The output that a coin found here is.
    [[nodiscard]] static TxOutput output_of(const Wallet& wallet, const PricedCoin& coin);

private:
    /// What all coins of one kind of script have in common.
    struct Kind {
        std::int64_t weight = 0;  ///< of a signed input
        Amount fee, long_term_fee;
        bool has_witness = false;
        std::optional<descriptor::AddressType> type;
    };
    class OtherCoins;

    [[nodiscard]] std::optional<TxOutput> spent_output(const GivenInput& input) const;
    [[nodiscard]] std::optional<std::int64_t> weight_of(const GivenInput& input,
                                                        const Script& script) const;
    [[nodiscard]] Kind kind_of(const Script& script, std::int64_t weight) const;
    [[nodiscard]] Candidate candidate(Amount value, const Kind& kind) const;
    [[nodiscard]] bool has_witness(const Script& script) const;
    void add_bump_fees(std::vector<PricedCoin>& coins) const;
    void add_chains(std::vector<PricedCoin>& coins) const;

    const Wallet& wallet_;
    const PaymentRequest& request_;
    const FeeRate rate_;
    const bool recipients_pay_;
};

}  // namespace daler::wallet
