#pragma once

#include <daler/consensus/rejection.h>
#include <daler/primitives/block.h>
#include <daler/primitives/transaction.h>

#include <span>

namespace daler::consensus {

inline constexpr std::int64_t max_block_weight = 4'000'000;   ///< weight units (BIP 141)
inline constexpr std::int64_t max_block_sigop_cost = 80'000;  ///< sigop cost units (BIP 141)
inline constexpr std::int64_t witness_scale_factor = 4;
/// Lock times below are heights, from here on seconds since 1970.
inline constexpr std::uint32_t lock_time_threshold = 500'000'000;

/// An unspent output and where it came from.
struct Coin {
    TxOutput output;
    Height height = 0;  ///< of the block that created it
    bool is_coinbase = false;

    bool operator==(const Coin&) const = default;
};

/// The rules that need only the transaction.
[[nodiscard]] Verdict check_transaction(const Transaction& tx);

/// True if the lock time of `tx` allows it in a block at `height`. `time` is the median time past
/// of the parent; before BIP 113 it is the time of the block.
[[nodiscard]] bool is_final(const Transaction& tx, Height height, BlockTime time);

/// Value and maturity rules for a transaction in a block at `height`. Returns the fee. Requires:
/// `coins[i]` is the coin that input i spends; `tx` is not a coinbase.
[[nodiscard]] Result<Amount, Rejection> check_inputs(const Transaction& tx,
                                                     std::span<const Coin> coins, Height height,
                                                     Height coinbase_maturity);

/// Four times the signature operations in the scripts of inputs and outputs, which can be counted
/// without coins.
[[nodiscard]] std::int64_t legacy_sigop_cost(const Transaction& tx);

/// Sigop cost (BIP 141): legacy and P2SH operations times four, plus those of witnesses.
/// `coins[i]` is the coin that input i spends (none for a coinbase); flags as in script/flags.h
/// decide whether P2SH and witness count.
[[nodiscard]] std::int64_t sigop_cost(const Transaction& tx, std::span<const Coin> coins,
                                      std::uint32_t flags);

}  // namespace daler::consensus
