#pragma once

#include <daler/chain/block_index.h>
#include <daler/coins/coin_overlay.h>
#include <daler/script/interpreter.h>

namespace daler {
struct ChainParams;
}

namespace daler::chain {

/// Where the block goes: on top of `parent`, at which the coins are.
struct BlockPlace {
    const BlockEntry& parent;
    const BlockHash& hash;

    [[nodiscard]] Height height() const { return parent.height + 1; }
};

/// A block that is valid if its scripts, run with `flags`, are true.
struct Connectable {
    std::shared_ptr<const coins::BlockUndo> undo;
    script::Flags flags;
};

/// Values, maturity and relative lock times of one transaction that spends the coins `spent` in a
/// block at `place`. Returns its fee.
[[nodiscard]] Result<Amount, consensus::Rejection> check_spending(const Transaction& tx,
                                                                  const coins::TxUndo& spent,
                                                                  const BlockPlace& place,
                                                                  const ChainParams& params);

/// Checks all rules that need coins, but for scripts: BIP 30, values, maturity, relative lock
/// times, sigop cost, the coinbase's amount. Changes the newest layer of `coins`, which refers
/// to `block` from then on. Remove that layer if the block is rejected.
[[nodiscard]] Result<Connectable, consensus::Rejection> check_connect(const Block& block,
                                                                      const BlockPlace& place,
                                                                      const ChainParams& params,
                                                                      coins::CoinOverlay& coins);

/// True if this is one of the two blocks whose coinbase repeats an earlier one (main 91842, 91880).
[[nodiscard]] bool is_bip30_exception(const BlockPlace& place, const ChainParams& params);

/// True if a repeated transaction id is possible here, so that it must be checked: up to the
/// block that activated BIP 34, and again from height 1,983,702 on. Source: BIP 30, BIP 34.
[[nodiscard]] bool needs_bip30_check(const BlockPlace& place, const ChainParams& params);

/// True if an excepted coinbase above `height` may have overwritten the coins of the block there:
/// they are then rightly gone when the block is taken back.
[[nodiscard]] bool may_be_overwritten(Height height, const ChainParams& params);

}  // namespace daler::chain
