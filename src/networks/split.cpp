#include "networks/split.h"

#include "networks/commands_list.h"
#include "networks/connect.h"
#include "networks/network.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <cstdlib>
#include <set>

namespace daler::networks {
namespace {

using Step = Result<void, std::string>;
using Groups = std::vector<std::vector<std::string>>;

std::size_t group_of(const Groups& groups, const std::string& name) {
    std::size_t index = 0;
    while (index < groups.size() && !std::ranges::count(groups[index], name))
        ++index;
    return index;
}

/// Cuts or restores the link of `node` to `peer`, which listlinks has named.
Step set_link(Network& network, const NodeEntry& node, const std::string& peer, bool up) {
    Json params = Json::array();
    params.push(peer);
    params.push(up);
    const auto changed = network.call(node, "setlink", params);
    return changed ? Step{} : fail(changed.error());
}

/// A row of a node's listlinks.
struct NodeLink {
    std::string name;  ///< of the peer; empty: it has none, so it is no node of the network
    bool up;
    bool is_outbound;  ///< this node makes the connection
};

Result<std::vector<NodeLink>, std::string> links_of(Network& network, const NodeEntry& node) {
    const auto rows = network.call(node, "listlinks");
    if (!rows) return fail(rows.error());
    std::vector<NodeLink> out;
    for (const Json& row : rows->items())
        out.push_back({row.find("name")->as_string(), row.find("up")->as_bool(),
                       row.find("direction")->as_string() != "inbound"});
    return out;
}

/// Cuts all that connects the groups, also what the user has connected by hand. The node that makes
/// a connection has the cut: the other one may forget the link as soon as the connection ends.
Step cut_between(Network& network, const Groups& groups) {
    return network.on_each(network.running_nodes(), [&](NodeEntry& node) -> Step {
        const auto links = links_of(network, node);
        if (!links) return fail(links.error());
        const auto own = group_of(groups, node.name);
        for (const auto& link : *links) {
            const auto other = group_of(groups, link.name);
            const bool crosses = other != own && other != groups.size();
            if (!crosses || !link.up || !link.is_outbound) continue;
            if (const auto step = set_link(network, node, link.name, false); !step) return step;
        }
        return {};
    });
}

/// Restores what is cut. A node that started since has forgotten it, but has no connection either.
Step restore_links(Network& network) {
    const auto restore = [&](NodeEntry& node) -> Step {
        const auto links = links_of(network, node);
        if (!links) return fail(links.error());
        for (const auto& link : *links) {
            if (link.up || !network.file().find(link.name)) continue;
            if (const auto step = set_link(network, node, link.name, true); !step) return step;
        }
        return {};
    };
    const auto running = network.running_nodes();
    if (const auto step = network.on_each(running, restore); !step) return step;
    return connect_nodes(network, running);
}

/// Prints which running nodes are connected with each other now.
void print_groups(Network& network, bool as_json) {
    std::vector<std::string> texts;
    Json list = Json::array();
    for (const auto& group : network.groups()) {
        Json names = Json::array();
        std::vector<std::string> words;
        for (const NodeEntry* node : group) {
            names.push(node->name);
            words.push_back(node->name);
        }
        list.push(std::move(names));
        texts.push_back(fmt::format("{}", fmt::join(words, ",")));
    }
    if (as_json)
        fmt::print("{}\n", list.write());
    else
        fmt::print("connected: {}\n", fmt::join(texts, " | "));
}

Step split_network(Network& network, const std::vector<std::string>& words) {
    std::vector<std::string> all;
    for (const NodeEntry& node : network.file().nodes)
        all.push_back(node.name);
    const auto groups = parse_groups(words, all);
    if (!groups) return fail(groups.error());
    for (Link& link : network.file().links)
        if (group_of(*groups, link.from) != group_of(*groups, link.to)) link.cut = true;
    // The file comes first: a node that starts meanwhile does not connect again.
    if (const auto saved = network.file().save(); !saved) return saved;
    if (const auto step = cut_between(network, *groups); !step) return step;
    return network.wait_until_agreed();
}

Step heal_network(Network& network) {
    for (Link& link : network.file().links)
        link.cut = false;
    // The file comes last: after a failure, the command can be repeated.
    if (const auto step = restore_links(network); !step) return step;
    if (const auto saved = network.file().save(); !saved) return saved;
    return network.wait_until_agreed();
}

}  // namespace

Result<Groups, std::string> parse_groups(const std::vector<std::string>& words,
                                         const std::vector<std::string>& all) {
    Groups groups;
    std::set<std::string> named;
    for (std::string_view rest : words) {
        auto& group = groups.emplace_back();
        for (bool more = true; more;) {
            const auto comma = rest.find(',');
            const std::string name(rest.substr(0, comma));
            if (!std::ranges::count(all, name)) {
                return fail(fmt::format("There is no node \"{}\". There are: {}.", name,
                                        fmt::join(all, ", ")));
            }
            if (!named.insert(name).second)
                return fail(fmt::format("The node {} is named twice.", name));
            group.push_back(name);
            more = comma != std::string_view::npos;
            if (more) rest.remove_prefix(comma + 1);
        }
    }
    std::vector<std::string> others;
    std::ranges::copy_if(all, std::back_inserter(others),
                         [&](const std::string& name) { return !named.contains(name); });
    if (!others.empty()) groups.push_back(std::move(others));
    if (groups.size() > 1) return groups;
    return fail(std::string("All nodes are in one group. Name at least two, as n1,n2 n3."));
}

int split(const Arguments& arguments) {
    auto locked = lock_network(arguments);
    if (!locked) return report(locked.error());
    const auto done = split_network(locked->network, arguments.words());
    if (!done) return report(done.error());
    print_groups(locked->network, arguments.has("--json"));
    return EXIT_SUCCESS;
}

int heal(const Arguments& arguments) {
    auto locked = lock_network(arguments);
    if (!locked) return report(locked.error());
    const auto done = heal_network(locked->network);
    if (!done) return report(done.error());
    print_groups(locked->network, arguments.has("--json"));
    return EXIT_SUCCESS;
}

}  // namespace daler::networks
