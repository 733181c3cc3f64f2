#include "rpc/block_access.h"
#include "rpc/blockchain/methods.h"

#include <daler/consensus/version_bits.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>

namespace daler::rpc {
namespace {

using consensus::DeploymentState;

void append_buried(Json& out, std::string_view name, Height height,
                   const chain::BlockEntry& block) {
    // The maximum height means that the rule is off.
    if (height == std::numeric_limits<Height>::max()) return;
    Json item = Json::object();
    item.append("type", "buried");
    item.append("active", block.height + 1 >= height);
    item.append("height", height);
    out.append(std::string(name), std::move(item));
}

void append_statistics(Json& bip9, const chain::EntryChain& chain,
                       const VersionBitsDeployment& deployment, const ChainParams& params,
                       bool is_locked_in) {
    const auto counted = consensus::deployment_statistics(chain, deployment, params);
    Json statistics = Json::object();
    statistics.append("period", counted.period);
    statistics.append("elapsed", counted.elapsed);
    statistics.append("count", counted.count);
    if (!is_locked_in) {
        statistics.append("threshold", counted.threshold);
        statistics.append("possible", counted.possible);
    }
    std::string signalling;
    for (const bool signals : counted.signalling)
        signalling += signals ? '#' : '-';
    bip9.append("statistics", std::move(statistics));
    bip9.append("signalling", std::move(signalling));
}

Json deployment_json(const VersionBitsDeployment& deployment, const chain::BlockEntry& block,
                     const ChainParams& params) {
    // There are few windows below a block, so no cache is needed between calls.
    consensus::DeploymentCache cache;
    const chain::EntryChain after(block);
    const auto next = consensus::deployment_state(after, deployment, params, cache);
    const auto since_next = consensus::deployment_since(after, deployment, params, cache);
    auto current = next;
    Height since = 0;
    if (block.previous) {
        const chain::EntryChain before(*block.previous);
        current = consensus::deployment_state(before, deployment, params, cache);
        since = consensus::deployment_since(before, deployment, params, cache);
    }
    const bool has_signal =
        current == DeploymentState::started || current == DeploymentState::locked_in;

    Json bip9 = Json::object();
    if (has_signal) bip9.append("bit", deployment.bit);
    bip9.append("start_time", deployment.start_time);
    bip9.append("timeout", deployment.timeout);
    bip9.append("min_activation_height", deployment.min_activation_height);
    bip9.append("status", consensus::name(current));
    bip9.append("since", since);
    bip9.append("status_next", consensus::name(next));
    if (has_signal)
        append_statistics(bip9, after, deployment, params, current == DeploymentState::locked_in);
    Json out = Json::object();
    out.append("type", "bip9");
    if (next == DeploymentState::active) out.append("height", since_next);
    out.append("active", next == DeploymentState::active);
    out.append("bip9", std::move(bip9));
    return out;
}

}  // namespace

Json getdeploymentinfo(Call& call) {
    const Services& node = call.node();
    const auto view = node.ledger.view();
    const chain::BlockEntry& block =
        call.has(0) ? find_block(node.ledger, call.hash<BlockHash>(0)) : view->tip();

    // The structured binding fails to compile if a deployment is missing here. Taproot is one of
    // the deployments that blocks signal for.
    const auto& [bip34, bip66, bip65, csv, segwit, taproot] = node.params.activation;
    Json deployments = Json::object();
    append_buried(deployments, "bip34", bip34, block);
    append_buried(deployments, "bip66", bip66, block);
    append_buried(deployments, "bip65", bip65, block);
    append_buried(deployments, "csv", csv, block);
    append_buried(deployments, "segwit", segwit, block);
    for (const auto& deployment : node.params.version_bits) {
        if (deployment.start_time == VersionBitsDeployment::never_active) continue;
        deployments.append(deployment.name, deployment_json(deployment, block, node.params));
    }
    Json out = Json::object();
    out.append("hash", block.hash.to_hex());
    out.append("height", block.height);
    out.append("deployments", std::move(deployments));
    return out;
}

}  // namespace daler::rpc
