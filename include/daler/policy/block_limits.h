#pragma once

#include <daler/consensus/check_transaction.h>
#include <daler/primitives/amount.h>

#include <optional>

namespace daler::policy {

/// The part of our own blocks that is reserved for the coinbase: weight units, sigop cost units.
inline constexpr std::int64_t coinbase_reserved_weight = 4000;
inline constexpr std::int64_t coinbase_reserved_sigop_cost = 400;

/// The limits of blocks that we make, and their version.
struct BlockLimits {
    /// Weight units, the coinbase's reserve included (-blockmaxweight).
    std::int64_t max_weight = consensus::max_block_weight - coinbase_reserved_weight;
    FeeRate min_fee_rate{Amount{1000}};  ///< -blockmintxfee
    /// In place of the one that signals for the deployments (-blockversion, regtest only).
    std::optional<std::int32_t> version{};
};

}  // namespace daler::policy
