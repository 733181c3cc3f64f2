#pragma once

#include "networks/network_file.h"

namespace daler::networks {

/// The links between `nodes`. `topology` is ring, star (around the first), mesh (each with each),
/// line, or the path of a file with a link on each line: "n1 n2". An empty line and what follows
/// '#' count nothing. The error names the topology, or the file and line.
[[nodiscard]] Result<std::vector<Link>, std::string> make_links(
    const std::string& topology, const std::vector<std::string>& nodes);

/// The links of a file: see make_links. Two nodes are linked once, and no node with itself.
[[nodiscard]] Result<std::vector<Link>, std::string> parse_links(
    std::string_view text, const std::vector<std::string>& nodes);

/// The links of one more node in the network of `file`: with each node in a mesh, with the first in
/// a star or a topology of a file, with the last in a line, with both ends in a ring. If the
/// network is split, the links that lead to another side than the first of them does are cut.
[[nodiscard]] std::vector<Link> links_of_new_node(const NetworkFile& file, const std::string& name);

}  // namespace daler::networks
