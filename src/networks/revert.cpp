#include "networks/revert.h"

#include "networks/connect.h"

#include <fmt/format.h>

namespace daler::networks {
namespace {

using Step = Result<void, std::string>;

bool must_return(const NodeEntry& node) {
    return !node.reverting.empty() && node.is_running();
}

Step set_network_active(Network& network, bool active) {
    Json params = Json::array();
    params.push(active);
    return network.on_each(network.running_nodes(), [&](NodeEntry& node) -> Step {
        const auto set = network.call(node, "setnetworkactive", params);
        return set ? Step{} : fail(set.error());
    });
}

std::vector<NodeReturn> revert_each(Network& network, const std::vector<NodeEntry*>& nodes) {
    std::vector<NodeReturn> out(nodes.size());
    const auto revert_one = [&](NodeEntry& node) -> Step {
        Json params = Json::array();
        params.push(node.reverting);
        auto answer = network.call(node, "revert", params);
        NodeReturn& own =
            out[static_cast<std::size_t>(std::ranges::find(nodes, &node) - nodes.begin())];
        own.node = node.name;
        if (answer)
            own.answer = std::move(*answer);
        else
            own.trouble = answer.error();
        return {};
    };
    static_cast<void>(network.on_each(nodes, revert_one));
    return out;
}

}  // namespace

bool is_reverting(const NetworkFile& file) {
    return std::ranges::any_of(file.nodes, must_return);
}

Result<std::vector<NodeReturn>, std::string> return_nodes(Network& network) {
    std::vector<NodeEntry*> nodes;
    for (NodeEntry& node : network.file().nodes)
        if (must_return(node)) nodes.push_back(&node);
    std::vector<NodeReturn> out;
    const auto paused = set_network_active(network, false);
    if (paused) out = revert_each(network, nodes);
    const auto resumed = set_network_active(network, true);
    for (NodeEntry* node : nodes)
        if (node->is_running()) node->reverting.clear();
    const auto saved = network.file().save();
    for (const auto& step : {paused, resumed, saved})
        if (!step) return fail(step.error());
    return out;
}

std::vector<std::string> finish_revert(const std::filesystem::path& folder) {
    const auto lock = NetworkLock::try_take(folder);
    if (!lock) return {};
    auto file = NetworkFile::load(folder);
    if (!file || !is_reverting(*file)) return {};
    const std::string name = std::ranges::find_if(file->nodes, must_return)->reverting;
    Network network(std::move(*file));
    const auto returns = return_nodes(network);
    auto done = returns ? connect_nodes(network, {}) : fail(returns.error());
    if (done) done = network.wait_until_agreed();
    std::vector<std::string> notices{
        fmt::format("A revert to the snapshot \"{0}\" was interrupted. {1}", name,
                    done ? std::string("It has been completed.")
                         : fmt::format("{} `daler revert {}` does it again.", done.error(), name))};
    for (const NodeReturn& node : returns.value_or(std::vector<NodeReturn>{}))
        if (!node.trouble.empty()) notices.push_back(node.trouble);
    return notices;
}

}  // namespace daler::networks
