#include "networks/commands_list.h"
#include "networks/connect.h"
#include "networks/lifecycle.h"
#include "networks/places.h"
#include "networks/topology.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <csignal>

#include <cstdlib>

namespace daler::networks {
namespace {

using Step = Result<void, std::string>;
using Nodes = std::vector<NodeEntry*>;

/// The nodes that the words name, each once.
Result<Nodes, std::string> named_nodes(Network& network, const std::vector<std::string>& names) {
    Nodes out;
    for (const auto& name : names) {
        const auto node = network.node(name);
        if (!node) return fail(node.error());
        if (std::ranges::find(out, *node) == out.end()) out.push_back(*node);
    }
    return out;
}

std::string names_of(const Nodes& nodes) {
    std::vector<std::string_view> names;
    for (const NodeEntry* node : nodes)
        names.push_back(node->name);
    return fmt::format("{}", fmt::join(names, ","));
}

void print_running(const Nodes& nodes) {
    for (const NodeEntry* node : nodes)
        fmt::print("{} runs: http://127.0.0.1:{}\n", node->name, node->rpc_port);
}

/// Locks the network and runs `change` with the nodes that are named.
int change_nodes(const Arguments& arguments, Step (*change)(Network&, const Nodes&)) {
    auto locked = lock_network(arguments);
    if (!locked) return report(locked.error());
    const auto nodes = named_nodes(locked->network, arguments.words());
    if (!nodes) return report(nodes.error());
    const auto changed = change(locked->network, *nodes);
    return changed ? EXIT_SUCCESS : report(changed.error());
}

Step require_running(const Nodes& nodes) {
    for (const NodeEntry* node : nodes)
        if (!node->is_running())
            return fail(fmt::format("{} does not run: {}.", node->name, why_ended(*node)));
    return {};
}

Step stop_running(Network& network, const Nodes& nodes) {
    if (auto step = require_running(nodes); !step) return step;
    if (auto step = stop_nodes(network, nodes); !step) return step;
    fmt::print("{} stopped\n", names_of(nodes));
    return {};
}

Step start_stopped(Network& network, const Nodes& named) {
    Nodes nodes = named;
    for (const NodeEntry* node : nodes)
        if (node->is_running()) return fail(fmt::format("{} runs already.", node->name));
    for (NodeEntry& node : network.file().nodes)
        if (named.empty() && !node.is_running()) nodes.push_back(&node);
    Interrupts interrupts;
    if (auto step = bring_up(network, nodes, &interrupts); !step) return step;
    print_running(nodes);
    return {};
}

Step stop_and_start(Network& network, const Nodes& nodes) {
    if (auto step = stop_nodes(network, nodes); !step) return step;
    return start_stopped(network, nodes);
}

Step kill_running(Network& network, const Nodes& nodes) {
    if (auto step = require_running(nodes); !step) return step;
    end_nodes(nodes, SIGKILL, stop_patience);
    for (NodeEntry* node : nodes) {
        node->stopped = true;
        node->ended = "killed by `daler kill`";
    }
    if (auto step = network.file().save(); !step) return step;
    fmt::print("{} killed\n", names_of(nodes));
    return {};
}

/// The first name n1, n2, ... that is free.
std::string free_name(const NetworkFile& file) {
    for (std::size_t i = file.nodes.size() + 1;; ++i) {
        auto name = fmt::format("n{}", i);
        if (!file.find(name)) return name;
    }
}

Step add_node(Network& network, const std::string& given) {
    NetworkFile& file = network.file();
    const std::string name = given.empty() ? free_name(file) : given;
    if (const auto wrong = wrong_name(name)) return fail(*wrong);
    if (file.find(name)) return fail(fmt::format("There is a node {} already.", name));
    const auto before = file;
    for (Link& link : links_of_new_node(file, name))
        file.links.push_back(std::move(link));
    file.nodes.push_back(new_node(file, name));
    NodeEntry* const node = &file.nodes.back();
    auto step = prepare_node(file, *node);
    Interrupts interrupts;
    if (step) step = bring_up(network, {node}, &interrupts);
    if (!step) {
        end_nodes({node}, SIGKILL, stop_patience);
        static_cast<void>(before.save());
        return step;
    }
    fmt::print("{}: http://127.0.0.1:{}, peers at {}\n", name, node->rpc_port,
               peer_address(file, *node));
    return {};
}

Step add_peer(Network& network, const std::string& address) {
    NodeEntry& first = network.file().nodes.front();
    Json params = Json::array();
    params.push(address);
    params.push("add");
    const auto added = network.call(first, "addnode", params);
    if (!added) return fail(added.error());
    network.file().peers.push_back(address);
    if (auto step = network.file().save(); !step) return step;
    fmt::print("{} connects to {}\n", first.name, address);
    return {};
}

}  // namespace

int stop(const Arguments& arguments) {
    return change_nodes(arguments, stop_running);
}

int start(const Arguments& arguments) {
    return change_nodes(arguments, start_stopped);
}

int restart(const Arguments& arguments) {
    return change_nodes(arguments, stop_and_start);
}

int kill(const Arguments& arguments) {
    return change_nodes(arguments, kill_running);
}

int add(const Arguments& arguments) {
    auto locked = lock_network(arguments);
    if (!locked) return report(locked.error());
    Network& network = locked->network;
    const auto peer = arguments.value("--peer");
    if (peer && !arguments.words().empty())
        return report("daler add: --peer starts no node: leave out NODE.");
    const auto name = arguments.words().empty() ? std::string() : arguments.words().front();
    const auto added = peer ? add_peer(network, *peer) : add_node(network, name);
    return added ? EXIT_SUCCESS : report(added.error());
}

}  // namespace daler::networks
