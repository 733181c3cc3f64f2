#include <test.h>

#include "story.h"

#include <fmt/format.h>

using namespace daler;
using namespace daler::test;

using Operation = SimulatedDisk::Operation;
using Loss = SimulatedDisk::Loss;

namespace {

/// Starts a node on `disk` and, if so wished, leads it to the end of the story. What went wrong.
std::string survives(const Story& story, SimulatedDisk& disk, const Promises& promises,
                     bool power_cut, bool to_the_end) {
    try {
        const auto node = story.open(disk);
        if (auto wrong = story.check(*node, promises, power_cut); !wrong.empty()) return wrong;
        if (auto wrong = story.check_coins(*node); !wrong.empty()) return wrong;
        return to_the_end ? story.finish(*node) : std::string();
    } catch (const StorageError& error) {
        return fmt::format("it does not start: {}", error.what());
    }
}

/// After a kill, a restart and a flush nothing is left that a power cut could take.
std::string survives_both(const Story& story, SimulatedDisk& disk, const Promises& promises,
                          Loss loss, std::uint64_t seed) {
    if (auto wrong = survives(story, disk, promises, false, false); !wrong.empty()) return wrong;
    // Asking for the coins has flushed them.
    return survives(story, *disk.after_power_cut(loss, seed), promises, false, seed % 2 == 0);
}

struct Count {
    std::size_t points = 0;
    std::size_t restarts = 0;
};

/// One point: the node dies of `fault`, and is started again on what each accident leaves.
void try_point(const Story& story, const SimulatedDisk::Fault& fault, const SimulatedDisk& disk,
               const Promises& promises, Count& count) {
    INFO((fault.kind ? SimulatedDisk::name_of(*fault.kind) : "change")
         << " " << fault.number << (fault.for_good ? ", and all that follow" : ""));
    const auto seed = fault.number;
    const auto loss = seed % 3 == 0 ? Loss::all : Loss::some;
    CHECK(survives_both(story, *disk.after_crash(), promises, loss, seed) == "");
    for (const auto cut : {Loss::all, Loss::some}) {
        INFO("a power cut takes " << (cut == Loss::all ? "all" : "some"));
        const bool to_the_end = (seed + (cut == Loss::all ? 0 : 1)) % 4 == 0;
        CHECK(survives(story, *disk.after_power_cut(cut, seed), promises, true, to_the_end) == "");
    }
    ++count.points;
    count.restarts += 4;
}

/// Fails the first operation, the second, and so on, until the story ends without a fault.
void fail_each(const Story& story, std::optional<Operation> kind, Count& count) {
    for (std::uint64_t number = 1;; number += stride()) {
        const SimulatedDisk::Fault fault{kind, number, number % 2 == 0};
        SimulatedDisk disk(number);
        disk.set_fault(fault);
        const auto promises = story.live(disk);
        if (!disk.has_failed()) return;
        disk.set_fault(std::nullopt);
        try_point(story, fault, disk, promises, count);
    }
}

}  // namespace

TEST_CASE("whatever operation fails, the next start has the coins of a replay", "[faults]") {
    const Story story;
    Count count;
    for (const auto kind : SimulatedDisk::operations)
        fail_each(story, kind, count);
    fmt::print("{} points at which an operation failed, {} restarts\n", count.points,
               count.restarts);
    CHECK(count.points * stride() >= 1000);
}
