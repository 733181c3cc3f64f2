#pragma once

#include <daler/consensus/rejection.h>
#include <daler/primitives/transaction.h>
#include <daler/util/clock.h>

#include <span>

namespace daler::consensus {

/// Where and when a coin entered the chain, as far as relative lock times need it.
struct CoinAge {
    Height height;                 ///< of the block that created the coin
    BlockTime median_time_before;  ///< median time past of that block's parent
};

/// The earliest block that may contain a transaction, given the relative lock times of its inputs.
struct SequenceLock {
    Height min_height{0};
    BlockTime min_median_time{};  ///< compared with the median time past of the block's parent

    bool operator==(const SequenceLock&) const = default;
};

/// Combines the relative lock times of all inputs of `tx`. Never fails.
/// Requires: `spent[i]` is the coin that `tx.inputs[i]` spends.
/// Source: BIP 68 (meaning of the sequence field), BIP 113 (median time past as the clock).
[[nodiscard]] SequenceLock sequence_lock(const Transaction& tx, std::span<const CoinAge> spent);

/// True if an input of `tx` has a relative lock in seconds. Only such locks need the median times
/// of old blocks.
[[nodiscard]] bool needs_median_times(const Transaction& tx);

/// Accepts `lock` in a block at `height` whose parent has `median_time_past`, or rejects it with
/// Reason::not_final.
[[nodiscard]] Verdict check_sequence_lock(const SequenceLock& lock, Height height,
                                          BlockTime median_time_past);

}  // namespace daler::consensus
