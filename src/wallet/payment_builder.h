#pragma once

#include <daler/wallet/wallet.h>

#include "coin_selection.h"
#include "fees.h"

namespace daler::wallet {

/// Builds one payment: fee rate, change, coins, transaction, signatures, in this order. Does not
/// change the wallet.
class PaymentBuilder {
public:
    PaymentBuilder(const Wallet& wallet, const PaymentRequest& request, Random& random)
        : wallet_(wallet), request_(request), random_(random) {}

    Outcome<Payment> build();

private:
    /// A coin and the cost of spending it.
    struct Coin {
        OwnedCoin owned;
        Candidate candidate;
        MempoolChain chain{0, 0};  ///< of its transaction, if that is unconfirmed
    };
    /// Limits for the coins that one attempt may choose from.
    struct Stage {
        Height from_me, from_others;  ///< confirmations
        MempoolChain max_chain;
    };

    Outcome<void> check_recipients();
    Outcome<void> choose_change();
    Outcome<void> choose_coins();
    Outcome<void> fill_transaction();
    Outcome<void> sign();

    [[nodiscard]] descriptor::AddressType change_type() const;
    [[nodiscard]] std::optional<Coin> evaluate(const OwnedCoin& owned) const;
    [[nodiscard]] std::optional<std::vector<Coin>> usable_coins(Amount& preset);
    [[nodiscard]] SelectionGoal goal() const;
    [[nodiscard]] std::vector<Stage> stages() const;
    [[nodiscard]] static bool is_eligible(const Coin& coin, const Stage& stage);
    bool select_from(const std::vector<Coin>& available, const SelectionGoal& wanted);
    [[nodiscard]] Failure selection_failure(const std::vector<Coin>& available,
                                            Amount target) const;
    [[nodiscard]] Outcome<void> check_chain();
    [[nodiscard]] std::int64_t weight(bool with_change) const;
    [[nodiscard]] Amount fee_for(bool with_change) const;
    Outcome<void> take_fee_from_recipients(Amount fee);
    [[nodiscard]] std::uint32_t lock_time();

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
    std::vector<Coin> chosen_;

    Transaction tx_;
    Payment result_;
};

}  // namespace daler::wallet
