#include <test.h>

#include "scenario.h"

#include <fmt/format.h>

using namespace daler;
using namespace daler::test;

TEST_CASE("after a failed disk operation the next start has the coins of a replay", "[faults]") {
    const Scenario scenario;
    Promises promises;
    const auto run = [&](SimulatedDisk& disk) { promises = scenario.run(disk); };
    const auto check = [&](SimulatedDisk& disk, const Restart& restart) -> std::string {
        const auto node = scenario.open(Scenario::options(disk));
        if (auto wrong = scenario.check(*node, promises, restart.power_cut); !wrong.empty())
            return wrong;
        if (auto wrong = scenario.check_coins(*node); !wrong.empty()) return wrong;
        return restart.to_the_end ? scenario.finish(*node) : std::string();
    };
    Points points;
    points.try_all(SimulatedDisk(), run, check);
    fmt::print("Scenario: {} points at which the disk failed, {} restarts\n", points.points(),
               points.restarts());
    CHECK(points.points() * Points::stride() >= 1000);
}

TEST_CASE("a rebuild that a fault interrupts continues at the next start", "[faults]") {
    const Scenario scenario;
    SimulatedDisk start;
    (void)scenario.run(start);
    const bool everything = GENERATE(true, false);
    const auto rebuild = [&](SimulatedDisk& disk) {
        auto options = Scenario::options(disk);
        options.reindex = everything;
        options.reindex_chainstate = !everything;
        (void)thrown([&] { (void)scenario.open(options); });
    };
    // This start has no -reindex option.
    const auto check = [&](SimulatedDisk& disk, const Restart& restart) -> std::string {
        const auto node = scenario.open(Scenario::options(disk));
        if (node->tip() != scenario.last_tip()) return "blocks are gone";
        if (disk.exists("/node/blocks/reindex")) return "the rebuild has not ended";
        if (auto wrong = scenario.check_coins(*node); !wrong.empty()) return wrong;
        return restart.to_the_end ? scenario.finish(*node) : std::string();
    };
    Points points;
    points.try_all(start, rebuild, check, 3);
    fmt::print("-reindex{}: {} points at which the disk failed, {} restarts\n",
               everything ? "" : "-chainstate", points.points(), points.restarts());
    CHECK(points.points() >= 5);
}
