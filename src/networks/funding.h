#pragma once

#include "networks/launcher.h"
#include "networks/network.h"

#include <daler/primitives/chain_params.h>

namespace daler::networks {

/// The blocks whose coinbases give each of some wallets an amount.
struct FundingPlan {
    /// One for each wallet: how many blocks in a row pay it, from height 1 on.
    std::vector<std::int64_t> blocks;
    std::int64_t blocks_on_top = 0;  ///< until the last of these coins can be spent

    bool operator==(const FundingPlan&) const = default;
};

/// A plan that gives each of `wallets` wallets at least `amount` in whole coinbases. The error says
/// what is possible.
[[nodiscard]] Result<FundingPlan, std::string> plan_funding(const ChainParams& chain,
                                                            std::size_t wallets, Amount amount);

/// Mines the blocks of `plan` at the first node, the ones on top to its wallet. All nodes run, and
/// the chain has only its genesis block. Where blocks cost work, says so on standard error, shows
/// how far it is on a terminal, and ends early with an error after a signal. The error names the
/// node.
[[nodiscard]] Result<void, std::string> fund(Network& network, const FundingPlan& plan,
                                             Interrupts& interrupts);

}  // namespace daler::networks
