#include <test.h>

#include "story.h"

#include <fmt/format.h>

using namespace daler;
using namespace daler::test;

TEST_CASE("whatever operation fails, the next start has the coins of a replay", "[faults]") {
    const Story story;
    Promises promises;
    const auto live = [&](SimulatedDisk& disk) { promises = story.live(disk); };
    const auto check = [&](SimulatedDisk& disk, const Restart& restart) -> std::string {
        const auto node = story.open(Story::options(disk));
        if (auto wrong = story.check(*node, promises, restart.power_cut); !wrong.empty()) {
            return wrong;
        }
        if (auto wrong = story.check_coins(*node); !wrong.empty()) return wrong;
        return restart.to_the_end ? story.finish(*node) : std::string();
    };
    Points points;
    points.try_all(SimulatedDisk(), live, check);
    fmt::print("A node's life: {} points at which the disk failed, {} restarts\n", points.points(),
               points.restarts());
    CHECK(points.points() * Points::stride() >= 1000);
}

TEST_CASE("a rebuild that an accident ends goes on at the next start", "[faults]") {
    const Story story;
    SimulatedDisk start;
    (void)story.live(start);
    const bool everything = GENERATE(true, false);
    const auto rebuild = [&](SimulatedDisk& disk) {
        auto options = Story::options(disk);
        options.reindex = everything;
        options.reindex_chainstate = !everything;
        (void)thrown([&] { (void)story.open(options); });
    };
    // Without being asked to: nobody knows at which moment the power failed.
    const auto check = [&](SimulatedDisk& disk, const Restart& restart) -> std::string {
        const auto node = story.open(Story::options(disk));
        if (node->tip() != story.last_tip()) return "blocks are gone";
        if (disk.exists("/node/blocks/reindex")) return "the rebuild has not ended";
        if (auto wrong = story.check_coins(*node); !wrong.empty()) return wrong;
        return restart.to_the_end ? story.finish(*node) : std::string();
    };
    Points points;
    points.try_all(start, rebuild, check, 3);
    fmt::print("-reindex{}: {} points at which the disk failed, {} restarts\n",
               everything ? "" : "-chainstate", points.points(), points.restarts());
    CHECK(points.points() >= 5);
}
