#include "networks/snapshot_list.h"

#include "networks/text_table.h"

#include <daler/util/time_text.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace daler::networks {
namespace {

std::string string_field(const Json& object, std::string_view key) {
    const Json* found = object.find(key);
    return found && found->is_string() ? found->as_string() : "";
}

std::int64_t number_field(const Json& object, std::string_view key) {
    const Json* found = object.find(key);
    return found ? found->as_integer<std::int64_t>().value_or(0) : 0;
}

}  // namespace

bool NetworkSnapshot::is_on(std::string_view node) const {
    return std::ranges::find(holders, node, &Holder::node) != holders.end();
}

std::string NetworkSnapshot::heights() const {
    const auto [low, high] = std::ranges::minmax(holders, {}, &Holder::height);
    return low.height == high.height ? std::to_string(low.height)
                                     : fmt::format("{} to {}", low.height, high.height);
}

void add_snapshots(std::vector<NetworkSnapshot>& all, const std::string& node, const Json& answer) {
    for (const Json& item : answer.items()) {
        const auto name = string_field(item, "name");
        auto place = std::ranges::find(all, name, &NetworkSnapshot::name);
        if (place == all.end()) place = all.insert(place, {name, number_field(item, "time"), {}});
        place->holders.push_back({node, number_field(item, "height"), string_field(item, "hash")});
    }
}

Result<std::vector<NetworkSnapshot>, std::string> list_snapshots(Network& network) {
    std::vector<NetworkSnapshot> out;
    for (const NodeEntry* node : network.running_nodes()) {
        const auto answer = network.call(*node, "listsnapshots");
        if (!answer) return fail(answer.error());
        add_snapshots(out, node->name, *answer);
    }
    return out;
}

std::string free_snapshot_name(const std::vector<NetworkSnapshot>& all) {
    for (std::size_t number = 1;; ++number) {
        auto name = std::to_string(number);
        if (std::ranges::find(all, name, &NetworkSnapshot::name) == all.end()) return name;
    }
}

Result<NetworkSnapshot, std::string> choose_snapshot(const std::vector<NetworkSnapshot>& all,
                                                     const std::optional<std::string>& name,
                                                     const std::vector<NodeEntry>& nodes) {
    if (all.empty()) return fail(std::string("There is no snapshot. `daler snapshot` takes one."));
    std::vector<std::string_view> names;
    for (auto snapshot = all.rbegin(); snapshot != all.rend(); ++snapshot) {
        const bool is_on_all = std::ranges::all_of(
            nodes, [&](const NodeEntry& node) { return snapshot->is_on(node.name); });
        if (name ? *name == snapshot->name : is_on_all) return *snapshot;
        names.push_back(snapshot->name);
    }
    if (name) {
        return fail(fmt::format("There is no snapshot \"{}\". There are: {}.", *name,
                                fmt::join(names, ", ")));
    }
    return fail(std::string(
        "No snapshot is on all nodes. `daler snapshots` shows which nodes have which; `daler "
        "revert NAME --fresh` starts the others again, empty."));
}

std::string snapshots_text(const std::vector<NetworkSnapshot>& all, std::size_t node_count,
                           bool colours) {
    TextTable table({"NAME", right("HEIGHT"), "TIME", "NODES"});
    for (const NetworkSnapshot& snapshot : all) {
        std::vector<std::string_view> names;
        for (const auto& holder : snapshot.holders)
            names.push_back(holder.node);
        table.add({snapshot.name,
                   right(snapshot.heights()),
                   {time_text(from_unix(snapshot.time)), Style::dim},
                   names.size() == node_count ? std::string("all")
                                              : fmt::format("{}", fmt::join(names, ", "))});
    }
    return table.to_text(colours);
}

Json snapshot_json(const NetworkSnapshot& snapshot) {
    Json out = Json::object();
    out.append("name", snapshot.name);
    out.append("time", snapshot.time);
    Json nodes = Json::array();
    for (const auto& holder : snapshot.holders) {
        Json node = Json::object();
        node.append("name", holder.node);
        node.append("height", holder.height);
        node.append("hash", holder.hash);
        nodes.push(std::move(node));
    }
    out.append("nodes", std::move(nodes));
    return out;
}

Json snapshots_json(const std::vector<NetworkSnapshot>& all) {
    Json out = Json::array();
    for (const auto& snapshot : all)
        out.push(snapshot_json(snapshot));
    return out;
}

}  // namespace daler::networks
