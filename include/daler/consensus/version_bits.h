#pragma once

#include <daler/consensus/header_rules.h>

#include <map>

namespace daler {
struct ChainParams;
struct VersionBitsDeployment;
}  // namespace daler

namespace daler::consensus {

/// The state of a deployment for one block (BIP 9). It can change only at the start of a window.
enum class DeploymentState : std::uint8_t { defined, started, locked_in, active, failed };

/// "defined", "started" ... as getdeploymentinfo shows it.
[[nodiscard]] std::string_view name(DeploymentState state);

/// States after whole windows: one object per deployment and chain. The key is the hash of the
/// last block of a window, so a reorganisation does not make an entry wrong. Not thread-safe.
using DeploymentCache = std::map<BlockHash, DeploymentState>;

/// The state for the block after `parents`. With a cache a call computes the windows after the
/// last known state, without one all windows since the start time.
[[nodiscard]] DeploymentState deployment_state(const HeaderChain& parents,
                                               const VersionBitsDeployment& deployment,
                                               const ChainParams& params, DeploymentCache& cache);

/// The first height of the state that the block after `parents` has; 0 if the deployment has had
/// no other state.
[[nodiscard]] Height deployment_since(const HeaderChain& parents,
                                      const VersionBitsDeployment& deployment,
                                      const ChainParams& params, DeploymentCache& cache);

/// The signals so far in the window of a chain's tip.
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
