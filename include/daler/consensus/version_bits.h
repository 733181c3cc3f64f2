#pragma once

#include <daler/consensus/header_rules.h>

#include <map>

namespace daler::consensus {

/// Where a deployment stands for one block (BIP 9). It can change only at the start of a window.
enum class DeploymentState : std::uint8_t { defined, started, locked_in, active, failed };

/// "defined", "started" ... as getdeploymentinfo shows it.
[[nodiscard]] std::string_view name(DeploymentState state);

/// Remembers states at window edges: one object per deployment and chain. Keyed by the hash of the
/// last block of a window, so it stays right across reorganisations. Not thread-safe.
using DeploymentCache = std::map<BlockHash, DeploymentState>;

/// The state for the block after `parents`. With a cache a call costs the windows since the last
/// known edge, without one all of them since the start time.
[[nodiscard]] DeploymentState deployment_state(const HeaderChain& parents,
                                               const VersionBitsDeployment& deployment,
                                               const ChainParams& params, DeploymentCache& cache);

/// The height from which the state of the block after `parents` has held; 0 for a deployment that
/// was never anything else.
[[nodiscard]] Height deployment_since(const HeaderChain& parents,
                                      const VersionBitsDeployment& deployment,
                                      const ChainParams& params, DeploymentCache& cache);

/// How the window that the tip of a chain stands in is going.
struct DeploymentStatistics {
    Height period;                 ///< blocks in a window
    std::int32_t threshold;        ///< of them that must signal
    Height elapsed;                ///< blocks of the window so far
    Height count;                  ///< of them that signal
    bool possible;                 ///< enough are left to reach the threshold
    std::vector<bool> signalling;  ///< for each elapsed block
};
[[nodiscard]] DeploymentStatistics deployment_statistics(const HeaderChain& chain,
                                                         const VersionBitsDeployment& deployment,
                                                         const ChainParams& params);

/// The version of a block after `parents`: the top bits of BIP 9 and one bit for every deployment
/// that is started or locked in. `caches` holds one entry per deployment of the chain; it is
/// resized as needed.
[[nodiscard]] std::int32_t block_version(const HeaderChain& parents, const ChainParams& params,
                                         std::vector<DeploymentCache>& caches);

}  // namespace daler::consensus
