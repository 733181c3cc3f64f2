#include "networks/split.h"

#include "networks/commands_list.h"
#include "networks/launcher.h"
#include "networks/network.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <cstdlib>
#include <set>
#include <thread>

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

Json strings(std::initializer_list<std::string> texts) {
    Json out = Json::array();
    for (const auto& text : texts)
        out.push(text);
    return out;
}

Result<bool, std::string> has_peer(Network& network, const NodeEntry& node,
                                   const std::string& address) {
    const auto peers = network.call(node, "getpeerinfo");
    if (!peers) return fail(peers.error());
    return std::ranges::any_of(peers->items(), [&](const Json& peer) {
        const Json* found = peer.find("addr");
        return found && found->is_string() && found->as_string() == address;
    });
}

/// Waits until `from` has a connection to `to`, or has none.
Step wait_for_link(Network& network, const NodeEntry& from, const NodeEntry& to, bool wanted) {
    constexpr std::chrono::seconds patience{30};
    const auto address = peer_address(network.file(), to);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        const auto connected = has_peer(network, from, address);
        if (!connected) return fail(connected.error());
        if (*connected == wanted) return {};
        if (std::chrono::steady_clock::now() > deadline) {
            return fail(fmt::format(
                "{} is {} connected to {} after {} s. The command can be "
                "repeated. Its log says more: {}",
                from.name, wanted ? "not" : "still", to.name, patience.count(), from.log.string()));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

/// Cuts or restores the connection of a link at the node that makes it.
Step change_link(Network& network, const NodeEntry& from, const NodeEntry& to, bool up) {
    const auto address = peer_address(network.file(), to);
    // Fails if the node does not have the address.
    static_cast<void>(network.call(from, "addnode", strings({address, "remove"})));
    if (up) {
        const auto added = network.call(from, "addnode", strings({address, "add"}));
        if (!added) return fail(added.error());
    } else {
        // Fails if there is no connection.
        static_cast<void>(network.call(from, "disconnectnode", strings({address})));
    }
    return wait_for_link(network, from, to, up);
}

/// Changes those of `links` whose nodes run; the others follow when the nodes start.
Step change_links(Network& network, const std::vector<Link>& links, bool up) {
    for (const Link& link : links) {
        const NodeEntry* from = network.file().find(link.from);
        const NodeEntry* to = network.file().find(link.to);
        if (!from || !to || !from->is_running() || !to->is_running()) continue;
        if (const auto step = change_link(network, *from, *to, up); !step) return step;
    }
    return {};
}

std::vector<Link> cut_links(const NetworkFile& file) {
    std::vector<Link> out;
    std::ranges::copy_if(file.links, std::back_inserter(out), &Link::cut);
    return out;
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
    if (const auto step = change_links(network, cut_links(network.file()), false); !step)
        return step;
    return network.wait_until_agreed();
}

Step heal_network(Network& network) {
    // The file comes last: after a failure, the command can be repeated.
    if (const auto step = change_links(network, cut_links(network.file()), true); !step)
        return step;
    for (Link& link : network.file().links)
        link.cut = false;
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
