#include <test.h>

#include "networks/watch_screen.h"

namespace daler::networks {
namespace {

NodeStatus node(const std::string& name, std::int64_t height, const std::string& tip,
                std::int64_t mempool = 0) {
    NodeStatus out;
    out.entry.name = name;
    out.entry.process = {77, 1};
    out.runs = true;
    out.height = height;
    out.tip = tip;
    out.mempool = mempool;
    return out;
}

NodeStatus ended(const std::string& name) {
    NodeStatus out = node(name, 0, "");
    out.runs = false;
    out.trouble = name + ": killed";
    return out;
}

/// A chain whose blocks all descend from each other, apart from those that the test names.
struct Chain {
    std::map<std::string, std::int64_t> left{};  // hash of an old tip: blocks that were left
    std::string forgotten{};

    [[nodiscard]] EventFinder finder() const {
        return EventFinder(
            {[this](const NodeStatus&, const std::string& hash) -> std::optional<std::int64_t> {
                 if (hash == forgotten) return std::nullopt;
                 const auto found = left.find(hash);
                 return found == left.end() ? 0 : found->second;
             },
             [](const NodeStatus&) {
                 return TipFacts{"n2", 3};
             }});
    }
};

std::vector<std::string> texts(const std::vector<Event>& events) {
    std::vector<std::string> out;
    for (const Event& event : events)
        out.push_back(event.text);
    return out;
}

using Texts = std::vector<std::string>;

TEST_CASE("a block of several nodes is one event", "[networks]") {
    const Chain chain;
    auto finder = chain.finder();
    const NetworkFile file;
    CHECK(
        finder.look(1, file, {node("n1", 5, "a"), node("n2", 5, "a"), node("n3", 5, "a")}).empty());
    const auto found =
        finder.look(2, file, {node("n1", 6, "b"), node("n2", 6, "b"), node("n3", 5, "a")});
    CHECK(texts(found) == Texts{"block 6 by n2: 3 transactions"});
    CHECK(found[0].json.write() ==
          R"({"time":2,"event":"block","nodes":["n1","n2"],"height":6,"hash":"b","blocks":1,)"
          R"("miner":"n2","transactions":3})");
    CHECK(
        finder.look(3, file, {node("n1", 6, "b"), node("n2", 6, "b"), node("n3", 6, "b")}).empty());
    CHECK(
        texts(finder.look(4, file, {node("n1", 9, "e"), node("n2", 9, "e"), node("n3", 9, "e")})) ==
        Texts{"3 blocks by n2, up to 9"});
}

TEST_CASE("reorganisations and reverts name the nodes", "[networks]") {
    const Chain chain{{{"x", 2}}, "later"};
    auto finder = chain.finder();
    const NetworkFile file;
    static_cast<void>(finder.look(1, file, {node("n1", 7, "x"), node("n2", 8, "y")}));
    CHECK(texts(finder.look(2, file, {node("n1", 8, "y"), node("n2", 8, "y")})) ==
          Texts{"n1 reorganised: 2 blocks left, 3 entered, height 8"});
    static_cast<void>(finder.look(3, file, {node("n1", 9, "later"), node("n2", 9, "later")}));
    CHECK(texts(finder.look(4, file, {node("n1", 8, "y"), node("n2", 8, "y")})) ==
          Texts{"n1,n2 reverted from height 9 to 8"});
}

TEST_CASE("the mempool counts unless a block has emptied it", "[networks]") {
    const Chain chain;
    auto finder = chain.finder();
    const NetworkFile file;
    static_cast<void>(finder.look(1, file, {node("n1", 5, "a", 2)}));
    CHECK(texts(finder.look(2, file, {node("n1", 5, "a", 3)})) ==
          Texts{"mempool: 3 transactions (+1)"});
    CHECK(texts(finder.look(3, file, {node("n1", 5, "a", 1)})) ==
          Texts{"mempool: 1 transaction (-2)"});
    CHECK(texts(finder.look(4, file, {node("n1", 6, "b", 0)})) ==
          Texts{"block 6 by n2: 3 transactions"});
}

TEST_CASE("ends and starts of nodes are events", "[networks]") {
    const Chain chain;
    auto finder = chain.finder();
    const NetworkFile file;
    static_cast<void>(finder.look(1, file, {node("n1", 5, "a")}));
    CHECK(texts(finder.look(2, file, {ended("n1")})) == Texts{"n1 has ended: killed"});
    auto again = node("n1", 0, "genesis");
    again.entry.process = {78, 2};
    CHECK(texts(finder.look(3, file, {again})) == Texts{"n1 has started"});
    CHECK(texts(finder.look(4, file, {again, node("n2", 0, "genesis")})) == Texts{"n2 was added"});
}

TEST_CASE("links that are cut and restored are events", "[networks]") {
    const Chain chain;
    auto finder = chain.finder();
    NetworkFile file;
    file.links = {{"n1", "n2", true}, {"n2", "n3", false}, {"n3", "n1", false}};
    CHECK(finder.look(1, file, {}).empty());
    file.links[1].cut = file.links[2].cut = true;
    CHECK(texts(finder.look(2, file, {})) == Texts{"2 links cut: n2-n3, n3-n1"});
    file.links[0].cut = false;
    CHECK(texts(finder.look(3, file, {})) == Texts{"1 link restored: n1-n2"});
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> out(1);
    for (const char letter : text)
        if (letter == '\n')
            out.emplace_back();
        else
            out.back() += letter;
    return out;
}

TEST_CASE("the screen has the table and the newest events, and fits", "[networks]") {
    NetworkFile file;
    file.name = "net1";
    file.chain_options = {"-regtest"};
    std::vector<NodeStatus> nodes;
    for (int i = 1; i <= 50; ++i)
        nodes.push_back(node("n" + std::to_string(i), 5, std::string(64, 'a')));
    nodes[1] = ended("n2");
    std::deque<Event> events;
    for (int i = 1; i <= 30; ++i)
        events.push_back({i, "event " + std::to_string(i) + std::string(90, '.'), Style::good, {}});
    for (const auto& [rows, columns] : {std::pair{24, 80}, {10, 40}, {60, 200}, {3, 10}, {1, 1}}) {
        CAPTURE(rows, columns);
        const ScreenSize size{static_cast<std::size_t>(rows), static_cast<std::size_t>(columns)};
        const auto lines = lines_of(watch_screen(file, nodes, events, 100, size, false));
        CHECK(lines.size() == size.rows);
        for (const auto& line : lines)
            CHECK(line.size() <= size.columns);
    }
    const auto lines = lines_of(watch_screen(file, nodes, events, 100, {24, 80}, false));
    CHECK(lines[0].starts_with("net1: regtest"));
    CHECK(lines[0].ends_with(clock_text(100)));
    CHECK(lines[21].starts_with(clock_text(30) + "  event 30."));
    CHECK(std::ranges::any_of(lines, [](const auto& line) { return line == "n2: killed"; }));
}

TEST_CASE("colours are kept whole where a line is cut", "[networks]") {
    NetworkFile file;
    const std::deque<Event> events{{1, std::string(50, 'x'), Style::bad, {}}};
    const auto text = watch_screen(file, {}, events, 1, {10, 20}, true);
    CHECK(text.find("\x1b[31m" + std::string(10, 'x') + "\x1b[0m") != std::string::npos);
}

}  // namespace
}  // namespace daler::networks
