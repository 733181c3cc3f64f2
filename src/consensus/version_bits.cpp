#include <daler/consensus/version_bits.h>
#include <daler/primitives/chain_params.h>
#include <daler/util/ensure.h>

namespace daler::consensus {
namespace {

// BIP 9: versions with these three highest bits are bit fields.
constexpr std::uint32_t top_mask = 0xe0000000;
constexpr std::uint32_t top_bits = 0x20000000;

// "Before the first window".
constexpr Height no_edge = -1;

bool signals(const BlockHeader& header, const VersionBitsDeployment& deployment) {
    const auto version = static_cast<std::uint32_t>(header.version);
    return (version & top_mask) == top_bits && (version >> deployment.bit & 1) != 0;
}

// The last block of the last whole window of a chain of this height; no_edge if there is none.
Height last_edge(Height height, Height window) {
    return height - (height + 1) % window;
}

DeploymentState next_state(DeploymentState state, const HeaderChain& chain, Height edge,
                           const VersionBitsDeployment& deployment, const ChainParams& params) {
    const std::int64_t time = unix_seconds(chain.median_time_past(edge));
    switch (state) {
        case DeploymentState::defined:
            return time >= deployment.start_time ? DeploymentState::started : state;
        case DeploymentState::started: {
            std::int32_t count = 0;
            for (Height height = edge - params.retarget.window + 1; height <= edge; ++height)
                count += signals(chain.header(height), deployment) ? 1 : 0;
            if (count >= params.version_bits_threshold) return DeploymentState::locked_in;
            return time >= deployment.timeout ? DeploymentState::failed : state;
        }
        case DeploymentState::locked_in:
            return edge + 1 >= deployment.min_activation_height ? DeploymentState::active : state;
        case DeploymentState::active:
        case DeploymentState::failed:
            return state;
    }
    return state;
}

// The state of the window that begins after `edge`.
DeploymentState state_after(const HeaderChain& chain, Height edge,
                            const VersionBitsDeployment& deployment, const ChainParams& params,
                            DeploymentCache& cache) {
    if (deployment.start_time == VersionBitsDeployment::always_active)
        return DeploymentState::active;
    if (deployment.start_time == VersionBitsDeployment::never_active)
        return DeploymentState::failed;

    // Back to a window whose state is known ...
    const Height window = params.retarget.window;
    std::vector<std::pair<Height, BlockHash>> unknown;
    auto state = DeploymentState::defined;
    for (; edge > no_edge; edge -= window) {
        const BlockHash hash = chain.header(edge).hash();
        if (const auto found = cache.find(hash); found != cache.end()) {
            state = found->second;
            break;
        }
        if (unix_seconds(chain.median_time_past(edge)) < deployment.start_time) {
            cache.emplace(hash, DeploymentState::defined);
            break;
        }
        unknown.emplace_back(edge, hash);
    }
    // ... and forward again.
    for (std::size_t i = unknown.size(); i-- > 0;) {
        state = next_state(state, chain, unknown[i].first, deployment, params);
        cache.emplace(unknown[i].second, state);
    }
    return state;
}

}  // namespace

std::string_view name(DeploymentState state) {
    switch (state) {
        case DeploymentState::defined:
            return "defined";
        case DeploymentState::started:
            return "started";
        case DeploymentState::locked_in:
            return "locked_in";
        case DeploymentState::active:
            return "active";
        case DeploymentState::failed:
            return "failed";
    }
    return "";
}

DeploymentState deployment_state(const HeaderChain& parents,
                                 const VersionBitsDeployment& deployment, const ChainParams& params,
                                 DeploymentCache& cache) {
    return state_after(parents, last_edge(parents.height(), params.retarget.window), deployment,
                       params, cache);
}

Height deployment_since(const HeaderChain& parents, const VersionBitsDeployment& deployment,
                        const ChainParams& params, DeploymentCache& cache) {
    if (deployment.start_time == VersionBitsDeployment::always_active ||
        deployment.start_time == VersionBitsDeployment::never_active) {
        return 0;
    }
    const Height window = params.retarget.window;
    Height edge = last_edge(parents.height(), window);
    const auto state = state_after(parents, edge, deployment, params, cache);
    if (state == DeploymentState::defined) return 0;
    while (edge - window >= no_edge &&
           state_after(parents, edge - window, deployment, params, cache) == state) {
        edge -= window;
    }
    return edge + 1;
}

DeploymentStatistics deployment_statistics(const HeaderChain& chain,
                                           const VersionBitsDeployment& deployment,
                                           const ChainParams& params) {
    const Height window = params.retarget.window;
    DeploymentStatistics out{};
    out.period = window;
    out.threshold = params.version_bits_threshold;
    out.elapsed = 1 + chain.height() % window;
    for (Height height = chain.height() - out.elapsed + 1; height <= chain.height(); ++height) {
        const bool signal = signals(chain.header(height), deployment);
        out.signalling.push_back(signal);
        out.count += signal ? 1 : 0;
    }
    out.possible = out.period - out.threshold >= out.elapsed - out.count;
    return out;
}

std::int32_t block_version(const HeaderChain& parents, const ChainParams& params,
                           std::vector<DeploymentCache>& caches) {
    caches.resize(params.version_bits.size());
    std::uint32_t version = top_bits;
    for (std::size_t i = 0; i < caches.size(); ++i) {
        const auto& deployment = params.version_bits[i];
        const auto state = deployment_state(parents, deployment, params, caches[i]);
        if (state == DeploymentState::started || state == DeploymentState::locked_in)
            version |= std::uint32_t{1} << deployment.bit;
    }
    return static_cast<std::int32_t>(version);
}

}  // namespace daler::consensus
