#pragma once

#include <daler/consensus/check_transaction.h>

#include <optional>

namespace daler::mempool {

/// The mempool's view of the active chain. The ledger implements it with the chain, tests with a
/// map. Called on the mempool's thread only; the answers may change only between two calls of the
/// mempool's methods.
class CoinView {
public:
    virtual ~CoinView() = default;
    /// The coin that the chain's tip leaves unspent at `outpoint`.
    [[nodiscard]] virtual std::optional<consensus::Coin> coin(const OutPoint& outpoint) const = 0;
    /// Like `coin`, to check whether a transaction is confirmed already: may miss old coins, so
    /// that it need not read from disk.
    [[nodiscard]] virtual bool has_recent_coin(const OutPoint& outpoint) const {
        return coin(outpoint).has_value();
    }
    /// Height of the tip.
    [[nodiscard]] virtual Height height() const = 0;
    /// Median time past of the block at `height`, which is between 0 and height() (BIP 113).
    [[nodiscard]] virtual BlockTime median_time_past(Height height) const = 0;
};

}  // namespace daler::mempool
