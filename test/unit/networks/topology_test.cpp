#include <test.h>

#include "networks/topology.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace daler::networks {
namespace {

std::string text_of(const std::vector<Link>& links) {
    std::vector<std::string> out;
    for (const Link& link : links)
        out.push_back(link.from + "-" + link.to);
    return fmt::format("{}", fmt::join(out, " "));
}

TEST_CASE("topologies have their links", "[networks]") {
    struct Example {
        std::string topology;
        std::vector<std::string> nodes;
        std::string links;
    };
    const auto example = GENERATE(values<Example>({
        {"ring", {"a"}, ""},
        {"ring", {"a", "b"}, "b-a"},
        {"ring", {"a", "b", "c"}, "b-a c-b a-c"},
        {"line", {"a", "b", "c"}, "b-a c-b"},
        {"star", {"a", "b", "c"}, "b-a c-a"},
        {"mesh", {"a", "b", "c"}, "b-a c-a c-b"},
    }));
    CAPTURE(example.topology);
    const auto links = make_links(example.topology, example.nodes);
    REQUIRE(links);
    CHECK(text_of(*links) == example.links);
}

TEST_CASE("a topology file has a link on each line", "[networks]") {
    const std::vector<std::string> nodes{"n1", "n2", "n3"};
    CHECK(text_of(*parse_links("n1 n2\n\n# comment\n n3  n2 # why\nn2 n1\n", nodes)) ==
          "n1-n2 n3-n2");
    CHECK(parse_links("n1\n", nodes).error() == "line 1 must have two nodes, such as \"n1 n2\".");
    CHECK(parse_links("\nn1 n4", nodes).error() == "line 2: there is no node \"n4\".");
    CHECK(parse_links("n1 n1", nodes).error() == "line 1: n1 cannot be linked with itself.");
    CHECK_FALSE(parse_links("n1 n2 n3", nodes));
}

TEST_CASE("what is no topology and no file is refused", "[networks]") {
    const auto links = make_links("rign", {"n1"});
    REQUIRE_FALSE(links);
    CHECK(
        links.error() ==
        "--topology rign: this is neither ring, star, mesh or line, nor a file that can be read.");
}

TEST_CASE("a new node is linked as the topology says", "[networks]") {
    NetworkFile file;
    for (const auto* name : {"a", "b", "c"})
        file.nodes.push_back({.name = name});
    const auto links = [&](const char* topology) {
        file.topology = topology;
        return text_of(links_of_new_node(file, "d"));
    };
    CHECK(links("ring") == "d-a d-c");
    CHECK(links("line") == "d-c");
    CHECK(links("star") == "d-a");
    CHECK(links("mesh") == "d-a d-b d-c");
    CHECK(links("links.txt") == "d-a");
}

TEST_CASE("a node that is added to a split network is on one side of it", "[networks]") {
    NetworkFile file;
    for (const auto* name : {"a", "b", "c"})
        file.nodes.push_back({.name = name});
    const auto cut = [&](const char* topology) {
        file.topology = topology;
        file.links = make_links(topology, {"a", "b", "c"}).value();
        for (Link& link : file.links)
            link.cut = link.from == "c" || link.to == "c";
        std::string out;
        for (const Link& link : links_of_new_node(file, "d"))
            out += link.to + (link.cut ? " cut, " : ", ");
        return out;
    };
    CHECK(cut("ring") == "a, c cut, ");
    CHECK(cut("mesh") == "a, b, c cut, ");
    CHECK(cut("line") == "c, ");
    CHECK(cut("star") == "a, ");
}

}  // namespace
}  // namespace daler::networks
