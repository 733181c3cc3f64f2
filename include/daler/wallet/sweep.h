#pragma once

#include <daler/wallet/wallet.h>

namespace daler::wallet {

/// A payment of everything: all coins, or all of the given inputs. There is no change.
struct SweepRequest {
    /// The recipients, the fee, the coins that may be spent. Its change and max_weight do not
    /// count.
    PaymentRequest payment{};
    /// The recipients, by position, that share what the others leave; their amounts do not count.
    /// The first of them takes the remainder of the division.
    std::set<std::size_t> sharing{};
    bool leaves_uneconomic = false;  ///< coins stay that cost more than they are worth
};

/// The transaction, unsigned. Fails with Bitcoin Core's texts. Requires: somebody shares.
Outcome<Transaction> prepare_sweep(const Wallet& wallet, const SweepRequest& request);

}  // namespace daler::wallet
