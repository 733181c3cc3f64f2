#include "networks/commands_list.h"
#include "networks/connect.h"
#include "networks/lifecycle.h"
#include "networks/revert.h"
#include "networks/snapshot_list.h"
#include "networks/text_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <csignal>

#include <cstdio>
#include <cstdlib>
#include <set>

namespace daler::networks {
namespace {

namespace fs = std::filesystem;
using Step = Result<void, std::string>;
using Nodes = std::vector<NodeEntry*>;

std::string joined_names(const Nodes& nodes, std::string_view separator) {
    std::vector<std::string_view> names;
    for (const NodeEntry* node : nodes)
        names.push_back(node->name);
    return fmt::format("{}", fmt::join(names, separator));
}

std::string field_text(const Json& object, std::string_view key) {
    const Json* found = object.find(key);
    if (!found) return "";
    return found->is_string() ? found->as_string() : found->write();
}

std::string nodes_text(std::size_t count) {
    return fmt::format("{} node{}", count, count == 1 ? "" : "s");
}

/// A snapshot is of the whole network, so all nodes must run.
Step require_all(Network& network) {
    Nodes missing;
    for (NodeEntry& node : network.file().nodes)
        if (!node.is_running()) missing.push_back(&node);
    if (missing.empty()) return {};
    return fail(fmt::format("{} does not run: {}. All nodes have to: `daler start {}`.",
                            missing.front()->name, why_ended(*missing.front()),
                            joined_names(missing, " ")));
}

Json one_param(const std::string& text) {
    Json params = Json::array();
    params.push(text);
    return params;
}

/// Waits until connected nodes agree. Mempools may differ for good, for example where a node has
/// started after a payment, so they have a moment only.
Step settle(Network& network) {
    constexpr std::chrono::seconds moment{2};
    static_cast<void>(network.wait_until_agreed(Network::Agreement::tip_and_mempool, moment));
    return network.wait_until_agreed();
}

/// Takes the snapshot on all nodes. If one of them fails, the others drop theirs again.
Step take_on_all(Network& network, const std::string& name) {
    const auto nodes = network.running_nodes();
    std::vector<char> has_it(nodes.size(), 0);  // threads may write to different elements
    const auto taken = network.on_each(nodes, [&](NodeEntry& node) -> Step {
        const auto one = network.call(node, "snapshot", one_param(name));
        if (!one) return fail(one.error());
        has_it[static_cast<std::size_t>(std::ranges::find(nodes, &node) - nodes.begin())] = 1;
        return {};
    });
    for (std::size_t i = 0; !taken && i < nodes.size(); ++i)
        if (has_it[i] != 0)
            static_cast<void>(network.call(*nodes[i], "dropsnapshot", one_param(name)));
    return taken;
}

/// Takes the snapshot on all nodes or on none.
Result<NetworkSnapshot, std::string> take_snapshot(Network& network,
                                                   const std::optional<std::string>& given) {
    if (const auto all = require_all(network); !all) return fail(all.error());
    const auto listed = list_snapshots(network);
    if (!listed) return fail(listed.error());
    const std::string name = given ? *given : free_snapshot_name(*listed);
    const auto old = std::ranges::find(*listed, name, &NetworkSnapshot::name);
    if (old != listed->end()) {
        return fail(fmt::format(
            "There is a snapshot \"{0}\" on {1}. Choose another name, or drop it with `daler "
            "snapshots --drop {0}`.",
            name, old->holders.front().node));
    }
    if (const auto settled = settle(network); !settled) return fail(settled.error());
    if (const auto taken = take_on_all(network, name); !taken) {
        return fail(fmt::format("{} No node keeps the snapshot; the command can be repeated.",
                                taken.error()));
    }
    const auto now = list_snapshots(network);
    if (!now) return fail(now.error());
    return choose_snapshot(*now, name, {});
}

/// What a revert of the network has done.
struct NetworkRevert {
    NetworkSnapshot snapshot;
    std::vector<NodeReturn> returns;
    std::vector<std::string> notes;  ///< sentences for the user
};

/// Sentences about peers outside the network.
std::vector<std::string> outside_peers(Network& network) {
    std::vector<std::string> out;
    for (const NodeEntry* node : network.running_nodes()) {
        const auto links = network.call(*node, "listlinks");
        if (!links) continue;
        for (const Json& link : links->items()) {
            const auto address = field_text(link, "address");
            const NodeEntry* own = network.file().find(field_text(link, "name"));
            const bool is_inside = own && address.ends_with(fmt::format(":{}", own->port));
            if (is_inside || field_text(link, "connected") != "true") continue;
            out.push_back(fmt::format(
                "{} is connected to {}, which is outside the network: it may have later blocks, "
                "and send them again.",
                node->name, address));
        }
    }
    return out;
}

/// Ends a node and puts its data aside, if it has any on disk, so that it starts empty.
Step empty_node(Network& network, NodeEntry& node, std::vector<std::string>& notes) {
    if (auto step = stop_nodes(network, {&node}); !step) return step;
    if (node.data.empty()) {
        notes.push_back(fmt::format("{} has started again, empty.", node.name));
        return {};
    }
    fs::path aside;
    for (int number = 1; aside.empty() || fs::exists(aside); ++number)
        aside = fmt::format("{}.reverted-{}", node.data.string(), number);
    std::error_code error;
    fs::rename(node.data, aside, error);
    if (error) {
        return fail(fmt::format("Cannot rename {}: {}. `daler start {}` starts the node as it was.",
                                node.data.string(), error.message(), node.name));
    }
    notes.push_back(fmt::format("{} has started again, empty; its data are in {} now.", node.name,
                                aside.string()));
    return prepare_node(network.file(), node);
}

std::string trouble_of(const std::vector<NodeReturn>& returns, const std::string& name) {
    std::vector<std::string> reverted, troubles;
    for (const NodeReturn& node : returns)
        if (node.trouble.empty())
            reverted.push_back(node.node);
        else
            troubles.push_back(node.trouble);
    if (troubles.empty()) return "";
    return fmt::format(
        "{}\nAt the snapshot \"{}\": {}. The others may send them later blocks again. Repeat "
        "`daler revert {}` when the reason is gone.",
        fmt::join(troubles, "\n"), name,
        reverted.empty() ? "no node" : fmt::format("{}", fmt::join(reverted, ", ")), name);
}

/// Notes about what a node's answer says.
void add_notes(const NodeReturn& node, std::vector<std::string>& notes) {
    const Json* wallets = node.answer.find("wallets");
    if (!wallets) return;
    for (const Json& wallet : wallets->items()) {
        notes.push_back(fmt::format("{}: the wallet {} is {} now.", node.node,
                                    field_text(wallet, "name"), field_text(wallet, "newname")));
    }
}

/// The nodes that do not have the snapshot.
Result<Nodes, std::string> nodes_without(Network& network, const NetworkSnapshot& snapshot,
                                         bool fresh) {
    Nodes out;
    for (NodeEntry& node : network.file().nodes)
        if (!snapshot.is_on(node.name)) out.push_back(&node);
    if (out.empty() || fresh) return out;
    return fail(fmt::format(
        "{0} without the snapshot \"{1}\": {2}. A node that was added later, or that has started "
        "again in memory, does not have it. `daler revert {1} --fresh` starts such nodes again, "
        "empty: they get the blocks from their peers.",
        nodes_text(out.size()), snapshot.name, joined_names(out, ", ")));
}

/// Returns the nodes that have the snapshot while the others are stopped.
Step revert_holders(Network& network, NetworkRevert& revert) {
    // From here on the change has to be completed: Ctrl-C waits, and after a crash the file says
    // what the next command has to do.
    const Interrupts interrupts;
    for (NodeEntry& node : network.file().nodes)
        if (revert.snapshot.is_on(node.name)) node.reverting = revert.snapshot.name;
    if (auto saved = network.file().save(); !saved) return saved;
    auto returns = return_nodes(network);
    if (!returns) return fail(returns.error());
    revert.returns = std::move(*returns);
    const auto trouble = trouble_of(revert.returns, revert.snapshot.name);
    return trouble.empty() ? Step{} : fail(trouble);
}

Result<NetworkRevert, std::string> revert_network(Network& network,
                                                  const std::optional<std::string>& name,
                                                  bool fresh) {
    if (const auto all = require_all(network); !all) return fail(all.error());
    const auto listed = list_snapshots(network);
    if (!listed) return fail(listed.error());
    const auto chosen = choose_snapshot(*listed, name, network.file().nodes);
    if (!chosen) return fail(chosen.error());
    const auto others = nodes_without(network, *chosen, fresh);
    if (!others) return fail(others.error());
    NetworkRevert out{*chosen, {}, outside_peers(network)};
    for (NodeEntry* node : *others)
        if (auto step = empty_node(network, *node, out.notes); !step) return fail(step.error());
    if (auto step = revert_holders(network, out); !step) return fail(step.error());
    auto step = others->empty() ? connect_nodes(network, {}) : bring_up(network, *others, nullptr);
    if (step) step = network.wait_until_agreed();
    if (!step) return fail(step.error());
    for (const NodeReturn& node : out.returns)
        add_notes(node, out.notes);
    return out;
}

Json revert_json(const NetworkRevert& revert) {
    Json out = Json::object();
    out.append("name", revert.snapshot.name);
    Json nodes = Json::array();
    for (const NodeReturn& node : revert.returns) {
        Json item = Json::object();
        item.append("name", node.node);
        for (const auto* key : {"height", "hash", "blocks", "wallets", "dropped"})
            if (const Json* value = node.answer.find(key)) item.append(key, *value);
        nodes.push(std::move(item));
    }
    out.append("nodes", std::move(nodes));
    Json notes = Json::array();
    for (const auto& note : revert.notes)
        notes.push(note);
    out.append("notes", std::move(notes));
    return out;
}

std::string revert_text(const NetworkRevert& revert) {
    std::set<std::string> dropped;
    for (const NodeReturn& node : revert.returns)
        if (const Json* names = node.answer.find("dropped"))
            for (const Json& name : names->items())
                dropped.insert(name.as_string());
    std::string out =
        fmt::format("{} at the snapshot \"{}\": height {}\n", nodes_text(revert.returns.size()),
                    revert.snapshot.name, revert.snapshot.heights());
    if (!dropped.empty())
        out += fmt::format("Later snapshots are dropped: {}\n", fmt::join(dropped, ", "));
    for (const auto& note : revert.notes)
        out += note + "\n";
    return out;
}

Step drop_snapshot(Network& network, const std::string& name) {
    const auto listed = list_snapshots(network);
    if (!listed) return fail(listed.error());
    const auto chosen = choose_snapshot(*listed, name, {});
    if (!chosen) return fail(chosen.error());
    for (const auto& holder : chosen->holders) {
        const auto dropped =
            network.call(*network.file().find(holder.node), "dropsnapshot", one_param(name));
        if (!dropped) return fail(dropped.error());
    }
    return {};
}

std::optional<std::string> name_of(const Arguments& arguments) {
    return arguments.words().empty() ? std::nullopt : std::optional(arguments.words().front());
}

}  // namespace

int snapshot(const Arguments& arguments) {
    auto locked = lock_network(arguments);
    if (!locked) return report(locked.error());
    const auto taken = take_snapshot(locked->network, name_of(arguments));
    if (!taken) return report(taken.error());
    if (arguments.has("--json"))
        fmt::print("{}\n", snapshot_json(*taken).write());
    else
        fmt::print("Snapshot \"{0}\" of {1}, height {2}. `daler revert {0}` returns to it.\n",
                   taken->name, nodes_text(taken->holders.size()), taken->heights());
    return EXIT_SUCCESS;
}

int revert(const Arguments& arguments) {
    auto locked = lock_network(arguments);
    if (!locked) return report(locked.error());
    const auto done = revert_network(locked->network, name_of(arguments), arguments.has("--fresh"));
    if (!done) return report(done.error());
    if (arguments.has("--json"))
        fmt::print("{}\n", revert_json(*done).write());
    else
        fmt::print("{}", revert_text(*done));
    return EXIT_SUCCESS;
}

int snapshots(const Arguments& arguments) {
    auto locked = lock_network(arguments);
    if (!locked) return report(locked.error());
    Network& network = locked->network;
    if (const auto any = network.running_node(std::nullopt); !any) return report(any.error());
    if (const auto name = arguments.value("--drop"))
        if (const auto step = drop_snapshot(network, *name); !step) return report(step.error());
    const auto all = list_snapshots(network);
    if (!all) return report(all.error());
    if (arguments.has("--json"))
        fmt::print("{}\n", snapshots_json(*all).write());
    else if (all->empty())
        fmt::print("There is no snapshot.\n");
    else
        fmt::print("{}", snapshots_text(*all, network.file().nodes.size(), use_colours()));
    return EXIT_SUCCESS;
}

}  // namespace daler::networks
