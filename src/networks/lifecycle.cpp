#include "networks/lifecycle.h"

#include "networks/connect.h"
#include "networks/revert.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <csignal>

#include <cerrno>
#include <cstring>

namespace daler::networks {
namespace {

/// True if the node has no wallet and would not create one when it needs one, as nodes of a signet
/// without the key.
Result<bool, std::string> lacks_wallet(Network& network, const NodeEntry& node) {
    if (node.data.empty()) return true;
    if (network.file().challenge.empty()) return false;
    const auto found = network.call(node, "listwalletdir");
    if (!found) return fail(found.error());
    const Json* wallets = found->find("wallets");
    return !wallets || wallets->empty();
}

/// Gives a node its wallet, whose keys come from the seed. A node with a folder has the wallets
/// that it had.
Result<void, std::string> create_wallet(Network& network, const NodeEntry& node) {
    const bool wants_none =
        std::ranges::any_of(network.file().node_options, [](const std::string& option) {
            return option == "-nowallet" || option == "-wallet=0" || option == "-disablewallet" ||
                   option == "-strictregtest";
        });
    if (wants_none) return {};
    const auto lacks = lacks_wallet(network, node);
    if (!lacks) return fail(lacks.error());
    if (!*lacks) return {};
    Json params = Json::object();
    params.append("wallet_name", "default");
    if (!node.data.empty()) params.append("load_on_startup", true);
    const auto created = network.call(node, "createwallet", params);
    if (created) return {};
    // A node that mines by itself may have created it for its first block.
    const auto open = network.call(node, "listwallets");
    const auto is_it = [](const Json& name) {
        return name.is_string() && name.as_string() == "default";
    };
    if (open && std::ranges::any_of(open->items(), is_it)) return {};
    return fail(created.error());
}

Result<std::int64_t, std::string> time_of(Network& network, const NodeEntry& node) {
    const auto reply = network.call(node, "gettime");
    if (!reply) return fail(reply.error());
    const Json* time = reply->find("time");
    return time ? time->as_integer<std::int64_t>().value_or(0) : 0;
}

/// Moves the chain time of `node` to that of the nodes that have run on, if it is behind. Otherwise
/// the node would refuse their blocks where they are more than two hours ahead.
Result<void, std::string> catch_up_in_time(Network& network, const std::vector<NodeEntry*>& started,
                                           const NodeEntry& node) {
    constexpr std::int64_t unnoticed = 2;  // seconds
    const auto running = network.running_nodes();
    const auto other = std::ranges::find_if(running, [&](NodeEntry* each) {
        return std::ranges::find(started, each) == started.end();
    });
    if (other == running.end()) return {};
    const auto wanted = time_of(network, **other);
    if (!wanted) return fail(wanted.error());
    const auto own = time_of(network, node);
    if (!own) return fail(own.error());
    if (*wanted - *own <= unnoticed) return {};
    Json params = Json::array();
    params.push(*wanted);
    const auto set = network.call(node, "settime", params);
    if (!set) return fail(set.error());
    return {};
}

}  // namespace

using Step = Result<void, std::string>;

NodeEntry new_node(const NetworkFile& file, const std::string& name) {
    NodeEntry node;
    node.name = name;
    if (file.kept) node.data = file.folder / name;
    node.cookie = file.folder / (name + ".cookie");
    node.log = file.folder / (name + ".log");
    return node;
}

Step prepare_node(const NetworkFile& file, const NodeEntry& node) {
    if (!node.data.empty() && ::mkdir(node.data.c_str(), S_IRWXU) != 0 && errno != EEXIST)
        return fail(fmt::format("Cannot create {}: {}.", node.data.string(), std::strerror(errno)));
    return write_private_file(file.folder / "seed", file.seed, file.kept);
}

Step bring_up(Network& network, const std::vector<NodeEntry*>& nodes, Interrupts* interrupts) {
    if (auto step = start_nodes(network.file(), nodes, interrupts); !step) return step;
    const auto prepare = [&](NodeEntry& node) { return create_wallet(network, node); };
    if (auto step = network.on_each(nodes, prepare); !step) return step;
    for (const NodeEntry* node : nodes)
        if (auto step = catch_up_in_time(network, nodes, *node); !step) return step;
    // A node that ended during a revert must not bring its later blocks back.
    if (is_reverting(network.file()))
        if (const auto done = return_nodes(network); !done) return fail(done.error());
    if (auto step = connect_nodes(network, nodes); !step) return step;
    return network.wait_until_agreed();
}

Step stop_nodes(Network& network, const std::vector<NodeEntry*>& nodes) {
    end_nodes(nodes, SIGTERM, stop_patience);
    for (NodeEntry* node : nodes) {
        node->stopped = true;
        node->ended.clear();
    }
    return network.file().save();
}

Step end_network(Network& network) {
    NetworkFile& file = network.file();
    if (file.kept) {
        std::vector<NodeEntry*> all;
        for (NodeEntry& node : file.nodes)
            all.push_back(&node);
        file.owner = {};
        return stop_nodes(network, all);
    }
    // Nothing of a network in memory is worth a long wait.
    constexpr std::chrono::milliseconds patience{500};
    end_nodes(network.running_nodes(), SIGTERM, patience);
    std::error_code error;
    std::filesystem::remove_all(file.folder, error);
    if (error)
        return fail(fmt::format("Cannot remove {}: {}.", file.folder.string(), error.message()));
    return {};
}

}  // namespace daler::networks
