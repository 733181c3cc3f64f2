#include "networks/topology.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

namespace daler::networks {
namespace {

bool has_link(const std::vector<Link>& links, std::string_view a, std::string_view b) {
    return std::ranges::any_of(links, [&](const Link& link) {
        return (link.from == a && link.to == b) || (link.from == b && link.to == a);
    });
}

/// The links of a line of nodes: each connects to the one before it.
std::vector<Link> line_of(const std::vector<std::string>& nodes) {
    std::vector<Link> out;
    for (std::size_t i = 1; i < nodes.size(); ++i)
        out.push_back({nodes[i], nodes[i - 1]});
    return out;
}

Result<std::vector<Link>, std::string> read_links(const std::string& path,
                                                  const std::vector<std::string>& nodes) {
    std::error_code error;
    std::ifstream file(path);
    if (!file || std::filesystem::is_directory(path, error)) {
        return fail(
            fmt::format("--topology {}: this is neither ring, star, mesh or line, nor a file that "
                        "can be read.",
                        path));
    }
    const std::string text(std::istreambuf_iterator<char>(file), {});
    auto links = parse_links(text, nodes);
    if (!links) return fail(fmt::format("--topology {}: {}", path, links.error()));
    return links;
}

}  // namespace

Result<std::vector<Link>, std::string> parse_links(std::string_view text,
                                                   const std::vector<std::string>& nodes) {
    std::vector<Link> out;
    std::istringstream lines{std::string(text)};
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        std::istringstream words(line.substr(0, line.find('#')));
        std::string from, to, more;
        if (!(words >> from)) continue;
        if (!(words >> to) || (words >> more))
            return fail(fmt::format("line {} must have two nodes, such as \"n1 n2\".", number));
        for (const auto& name : {from, to})
            if (std::ranges::find(nodes, name) == nodes.end())
                return fail(fmt::format("line {}: there is no node \"{}\".", number, name));
        if (from == to)
            return fail(fmt::format("line {}: {} cannot be linked with itself.", number, from));
        if (!has_link(out, from, to)) out.push_back({from, to});
    }
    return out;
}

Result<std::vector<Link>, std::string> make_links(const std::string& topology,
                                                  const std::vector<std::string>& nodes) {
    std::vector<Link> out;
    if (topology == "line") return line_of(nodes);
    if (topology == "ring") {
        out = line_of(nodes);
        if (nodes.size() > 2) out.push_back({nodes.front(), nodes.back()});
    } else if (topology == "star") {
        for (std::size_t i = 1; i < nodes.size(); ++i)
            out.push_back({nodes[i], nodes.front()});
    } else if (topology == "mesh") {
        for (std::size_t i = 1; i < nodes.size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                out.push_back({nodes[i], nodes[j]});
    } else {
        return read_links(topology, nodes);
    }
    return out;
}

namespace {

/// The nodes that are connected with `node` over links that are not cut, itself included.
std::set<std::string> side_of(const NetworkFile& file, const std::string& node) {
    std::set<std::string> out{node};
    for (std::size_t size = 0; size != out.size();) {
        size = out.size();
        for (const Link& link : file.links) {
            if (link.cut || out.contains(link.from) == out.contains(link.to)) continue;
            out.insert({link.from, link.to});
        }
    }
    return out;
}

/// In a network that is split, a new node is on the side of the first of its links.
void cut_to_other_sides(const NetworkFile& file, std::vector<Link>& links) {
    if (links.empty() || std::ranges::none_of(file.links, &Link::cut)) return;
    const auto side = side_of(file, links.front().to);
    for (Link& link : links)
        link.cut = !side.contains(link.to);
}

std::vector<Link> uncut_links_of_new_node(const NetworkFile& file, const std::string& name) {
    std::vector<Link> out;
    if (file.nodes.empty()) return out;
    const std::string& first = file.nodes.front().name;
    const std::string& last = file.nodes.back().name;
    if (file.topology == "mesh") {
        for (const NodeEntry& node : file.nodes)
            out.push_back({name, node.name});
    } else if (file.topology == "line") {
        out.push_back({name, last});
    } else {
        out.push_back({name, first});
        if (file.topology == "ring" && first != last) out.push_back({name, last});
    }
    return out;
}

}  // namespace

std::vector<Link> links_of_new_node(const NetworkFile& file, const std::string& name) {
    auto out = uncut_links_of_new_node(file, name);
    cut_to_other_sides(file, out);
    return out;
}

}  // namespace daler::networks
