#include <test.h>

#include "story.h"

#include <daler/index/indexes.h>

#include <fmt/format.h>

using namespace daler;
using namespace daler::test;

namespace {

/// A node with indexes, which follow the chain on threads of their own.
struct IndexedNode {
    IndexedNode(const Story& story, SimulatedDisk& disk, index::Wanted wanted)
        : node(story.open(Story::options(disk))), indexes(*node->state, wanted, [&] {
              index::IndexOptions options;
              options.folder = "/node/indexes";
              options.cache_bytes = 1u << 20;
              options.database_env = &disk.env();
              return options;
          }()) {
        indexes.start();
    }
    /// Waits until all is recorded; false if an index has given up.
    bool settle() {
        indexes.wake();
        if (auto* stats = indexes.coin_stats()) return stats->follower().wait_for_tip();
        return indexes.transactions()->follower().wait_for_tip() &&
               indexes.filters()->follower().wait_for_tip();
    }

    std::unique_ptr<Node> node;
    index::Indexes indexes;
};

/// Branch after branch, with a restart between, until something fails.
void live(const Story& story, SimulatedDisk& disk, index::Wanted wanted) {
    for (const auto branch : story.branches()) {
        IndexedNode indexed(story, disk, wanted);
        for (const auto& block : branch)
            (void)indexed.node->state->submit(block);
        if (!indexed.settle()) return;
    }
}

/// All that the indexes know of the best chain, in one hash. None if something is missing.
std::optional<Hash256> picture(const IndexedNode& indexed) {
    crypto::Sha256 hash;
    const auto view = indexed.node->state->view();
    for (Height height = 1; height <= view->height(); ++height) {
        const auto& entry = *view->at(height);
        if (const auto* index = indexed.indexes.coin_stats()) {
            const auto stats = index->find(entry.hash);
            if (!stats) return std::nullopt;
            hash.add(stats->muhash().bytes);
            continue;
        }
        const auto filter = indexed.indexes.filters()->find(entry.hash);
        const auto block = indexed.node->state->read_block(entry);
        if (!filter || !block) return std::nullopt;
        hash.add(filter->header.bytes);
        for (const auto& tx : block->transactions) {
            const auto found = indexed.indexes.transactions()->find(tx->txid);
            if (!found || found->block != &entry) return std::nullopt;
        }
    }
    return Hash256{hash.finish()};
}

}  // namespace

TEST_CASE("indexes are right after every accident", "[faults]") {
    struct Kind {
        std::string name;
        index::Wanted wanted;
        std::uint64_t one_of;  ///< so many points are tried: MuHash takes its time
    };
    const auto kind = GENERATE(values<Kind>({
        {"-txindex -blockfilterindex", {true, true, false}, 4},
        {"-coinstatsindex", {false, false, true}, 40},
    }));
    const Story story;
    SimulatedDisk whole;
    live(story, whole, kind.wanted);
    const auto expected = picture(IndexedNode(story, whole, kind.wanted));
    REQUIRE(expected);

    const auto check = [&](SimulatedDisk& disk, const Restart& restart) -> std::string {
        IndexedNode indexed(story, disk, kind.wanted);
        if (!indexed.settle()) return "an index gave up";
        if (!restart.to_the_end) return picture(indexed) ? "" : "something is missing";
        if (auto wrong = story.finish(*indexed.node); !wrong.empty()) return wrong;
        if (!indexed.settle()) return "an index gave up at the end";
        return picture(indexed) == expected ? "" : "an index is wrong";
    };
    const auto live_on = [&](SimulatedDisk& disk) {
        (void)thrown([&] { live(story, disk, kind.wanted); });
    };
    Points points;
    points.try_all(SimulatedDisk(), live_on, check, kind.one_of);
    fmt::print("{}: {} points at which the disk failed, {} restarts\n", kind.name, points.points(),
               points.restarts());
    CHECK(points.points() >= 6);
}
