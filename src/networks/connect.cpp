#include "networks/connect.h"

#include "networks/launcher.h"

#include <fmt/format.h>

#include <thread>

namespace daler::networks {
namespace {

using Step = Result<void, std::string>;

/// The running node called `name`, or null.
const NodeEntry* running(const NetworkFile& file, const std::string& name) {
    const NodeEntry* node = file.find(name);
    return node && node->is_running() ? node : nullptr;
}

/// Nothing is to be done where the node has the address already: it tries again by itself, and a
/// second attempt beside that one would end in two connections.
Step add_peer(Network& network, const NodeEntry& node, const std::string& address) {
    Json params = Json::array();
    params.push(address);
    params.push("add");
    const auto added = network.call(node, "addnode", params);
    if (added || added.error().find("already added") != std::string::npos) return {};
    return fail(added.error());
}

std::size_t count_links(const NetworkFile& file, const NodeEntry& node) {
    return static_cast<std::size_t>(std::ranges::count_if(file.links, [&](const Link& link) {
        if (link.cut || (link.from != node.name && link.to != node.name)) return false;
        return running(file, link.from == node.name ? link.to : link.from) != nullptr;
    }));
}

Step wait_for_connections(Network& network, const NodeEntry& node) {
    constexpr std::chrono::seconds patience{30};
    constexpr std::chrono::milliseconds pause{1};
    const std::size_t wanted = count_links(network.file(), node);
    if (wanted == 0) return {};
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        const auto count = network.call(node, "getconnectioncount");
        if (!count) return fail(count.error());
        if (count->as_integer<std::size_t>().value_or(0) >= wanted) return {};
        if (std::chrono::steady_clock::now() > deadline) {
            return fail(fmt::format("{} has {} of {} connections after {} s. Its log says more: {}",
                                    node.name, count->write(), wanted, patience.count(),
                                    node.log.string()));
        }
        std::this_thread::sleep_for(pause);
    }
}

/// The addresses that `node` has to connect to.
std::vector<std::string> addresses_for(const NetworkFile& file, const NodeEntry& node,
                                       const std::vector<NodeEntry*>& started) {
    const auto is_new = [&](const std::string& name) {
        return std::ranges::any_of(started, [&](const NodeEntry* n) { return n->name == name; });
    };
    std::vector<std::string> out;
    for (const Link& link : file.links) {
        if (link.cut || link.from != node.name) continue;
        const NodeEntry* peer = running(file, link.to);
        if (peer && (is_new(link.from) || is_new(link.to)))
            out.push_back(peer_address(file, *peer));
    }
    if (node.name == file.nodes.front().name && is_new(node.name))
        out.insert(out.end(), file.peers.begin(), file.peers.end());
    return out;
}

}  // namespace

Step connect_nodes(Network& network, const std::vector<NodeEntry*>& nodes) {
    const auto connect = [&](NodeEntry& node) -> Step {
        for (const auto& address : addresses_for(network.file(), node, nodes))
            if (auto added = add_peer(network, node, address); !added) return added;
        return {};
    };
    if (auto step = network.on_each(network.running_nodes(), connect); !step) return step;
    return network.on_each(network.running_nodes(),
                           [&](NodeEntry& node) { return wait_for_connections(network, node); });
}

}  // namespace daler::networks
