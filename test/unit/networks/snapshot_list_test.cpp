#include <test.h>

#include "networks/snapshot_list.h"

namespace daler::networks {
namespace {

Json listed(std::initializer_list<std::pair<const char*, int>> rows) {
    Json out = Json::array();
    for (const auto& [name, height] : rows) {
        Json row = Json::object();
        row.append("name", name);
        row.append("time", 1'700'000'000);
        row.append("height", height);
        row.append("hash", "ab");
        out.push(std::move(row));
    }
    return out;
}

std::vector<NetworkSnapshot> example() {
    std::vector<NetworkSnapshot> all;
    add_snapshots(all, "n1", listed({{"1", 100}, {"base", 103}, {"mine", 104}}));
    add_snapshots(all, "n2", listed({{"base", 105}, {"other", 105}}));
    return all;
}

TEST_CASE("snapshots of several nodes are listed by name", "[networks]") {
    const auto all = example();
    CHECK(snapshots_text(all, 2, false) ==
          "NAME       HEIGHT  TIME                  NODES\n"
          "1             100  2023-11-14T22:13:20Z  n1\n"
          "base   103 to 105  2023-11-14T22:13:20Z  all\n"
          "mine          104  2023-11-14T22:13:20Z  n1\n"
          "other         105  2023-11-14T22:13:20Z  n2\n");
    CHECK(free_snapshot_name(all) == "2");
}

TEST_CASE("without a name the newest snapshot of all nodes is chosen", "[networks]") {
    const std::vector<NodeEntry> nodes{{.name = "n1"}, {.name = "n2"}};
    CHECK(choose_snapshot(example(), std::nullopt, nodes)->name == "base");
    CHECK(choose_snapshot(example(), "other", nodes)->name == "other");
    CHECK(choose_snapshot(example(), "x", nodes).error() ==
          "There is no snapshot \"x\". There are: other, mine, base, 1.");
    CHECK(choose_snapshot({}, std::nullopt, nodes).error() ==
          "There is no snapshot. `daler snapshot` takes one.");
    const std::vector<NodeEntry> more{{.name = "n1"}, {.name = "n2"}, {.name = "n3"}};
    CHECK(choose_snapshot(example(), std::nullopt, more)
              .error()
              .starts_with("No snapshot is on all nodes."));
}

}  // namespace
}  // namespace daler::networks
