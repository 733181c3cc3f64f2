#pragma once

#include <daler/wallet/wallet.h>

namespace daler::wallet {

/// How to replace a payment by one with a higher fee.
struct ReplacementRequest {
    /// The choice of the fee, whether the new payment may be replaced, and whether it is signed.
    /// The rest is filled in.
    PaymentRequest payment{};
    std::vector<TxOutput> outputs{};              ///< instead of the old ones; empty: as before
    std::optional<std::uint32_t> change_index{};  ///< the old output that is change
    /// The outputs that the old payment spends, as far as they are on the chain or in the mempool.
    std::map<OutPoint, TxOutput> coins{};
    bool needs_own_inputs = true;  ///< all inputs must be the wallet's
};

/// A payment that replaces another.
struct Replacement {
    Payment payment;
    Amount old_fee;
};

/// The transaction of this id, for a replacement. Fails if the request contradicts itself or the
/// wallet lacks the transaction.
Outcome<TransactionRef> find_replaced(const Wallet& wallet, const Txid& txid,
                                      const ReplacementRequest& request);

/// Builds the replacement of a payment: it has all inputs of the old one, so that not both can be
/// mined, pays more, and takes the difference from the change or from further confirmed coins. Does
/// not store it. Fails with Bitcoin Core's texts.
Outcome<Replacement> prepare_replacement(Wallet& wallet, const Txid& txid,
                                         ReplacementRequest request);

}  // namespace daler::wallet
