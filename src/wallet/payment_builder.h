#pragma once

#include <daler/wallet/wallet.h>

#include "fees.h"
#include "staged_selection.h"

namespace daler::wallet {

/// Builds one payment: fee rate, change, coins, transaction, signatures. Does not
/// change the wallet.
class PaymentBuilder {
public:
    PaymentBuilder(const Wallet& wallet, const PaymentRequest& request, Random& random)
        : wallet_(wallet), request_(request), random_(random) {}

    Outcome<Payment> build();

private:
    using Step = Outcome<void> (PaymentBuilder::*)();
    /// Until one fails.
    Outcome<void> run(std::span<const Step> steps);
    /// The coins of scripts that are spent together, instead of those of the payment so far, if
    /// that costs at most -maxapsfee more. True if it has been signed.
    bool try_groups();

    // The steps, in their order.
    Outcome<void> check_request();
    Outcome<void> choose_rate();
    Outcome<void> choose_change();
    Outcome<void> add_recipients();
    Outcome<void> choose_coins();
    Outcome<void> fill_transaction();
    Outcome<void> finish();
    Outcome<void> sign_transaction();
    Outcome<void> check_result();
    Outcome<void> check_chain();

    static std::int64_t output_size(const TxOutput& output);
    [[nodiscard]] descriptor::AddressType change_type() const;
    void take_change_address();
    [[nodiscard]] std::int64_t change_spend_weight() const;
    [[nodiscard]] SelectionGoal goal() const;
    Outcome<void> check_weight_of_coins(const SelectionGoal& wanted) const;
    [[nodiscard]] std::int64_t base_size() const;
    [[nodiscard]] std::int64_t weight(bool with_change) const;
    [[nodiscard]] Amount fee_for(bool with_change) const;
    Outcome<void> take_fee_from_recipients(Amount fee);
    [[nodiscard]] std::uint32_t lock_time();
    void add_inputs();

    const Wallet& wallet_;
    const PaymentRequest& request_;
    Random& random_;

    ChosenRate rate_;
    FeeRate discard_rate_;
    Amount sent_;  ///< to the recipients
    bool recipients_pay_ = false;
    TxOutput change_;
    std::optional<std::size_t> change_record_;
    Amount change_fee_, change_spend_fee_, min_change_;
    std::string change_problem_;  ///< why there is no change address, if there is none
    std::optional<std::size_t> change_position_;
    std::vector<TxOutput> outputs_;  ///< to the recipients, before they pay the fee
    Grouping grouping_ = Grouping::none;
    std::optional<StagedSelection> selection_;

    /// What follows from a choice of coins.
    struct Draft {
        std::vector<PricedCoin> coins;
        Amount ancestors_fee;  ///< for unconfirmed transactions before this one
        Transaction tx;
        std::int64_t weight = 0;  ///< of the signed transaction
        Payment result;
    };
    Draft draft_;
};

}  // namespace daler::wallet
