#include <test.h>

#include "story.h"

#include <daler/index/indexes.h>

#include <fmt/format.h>

using namespace daler;
using namespace daler::test;

namespace {

// They follow the chain on threads of their own, and MuHash takes its time.
constexpr std::uint64_t one_of = 5;

/// A node with all its indexes.
struct IndexedNode {
    IndexedNode(const Story& story, SimulatedDisk& disk)
        : node(story.open(Story::options(disk))), indexes(*node->state, {true, true, true}, [&] {
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
        return indexes.transactions()->follower().wait_for_tip() &&
               indexes.coin_stats()->follower().wait_for_tip() &&
               indexes.filters()->follower().wait_for_tip();
    }

    std::unique_ptr<Node> node;
    index::Indexes indexes;
};

/// Branch after branch, with a restart between, until something fails.
void live(const Story& story, SimulatedDisk& disk) {
    for (const auto branch : story.branches()) {
        IndexedNode indexed(story, disk);
        for (const auto& block : branch)
            (void)indexed.node->state->submit(block);
        if (!indexed.settle()) return;
    }
}

/// All that the indexes know of the best chain, folded into one hash. Empty if something is
/// missing.
std::optional<Hash256> picture(const IndexedNode& indexed) {
    crypto::Sha256 hash;
    const auto view = indexed.node->state->view();
    for (Height height = 1; height <= view->height(); ++height) {
        const auto& entry = *view->at(height);
        const auto stats = indexed.indexes.coin_stats()->find(entry.hash);
        const auto filter = indexed.indexes.filters()->find(entry.hash);
        const auto block = indexed.node->state->read_block(entry);
        if (!stats || !filter || !block) return std::nullopt;
        hash.add(stats->muhash().bytes).add(filter->header.bytes);
        for (const auto& tx : block->transactions) {
            const auto found = indexed.indexes.transactions()->find(tx->txid);
            if (!found || found->block != &entry) return std::nullopt;
        }
    }
    return Hash256{hash.finish()};
}

}  // namespace

TEST_CASE("indexes are right after every accident", "[faults]") {
    const Story story;
    SimulatedDisk whole;
    live(story, whole);
    const auto expected = picture(IndexedNode(story, whole));
    REQUIRE(expected);

    const auto check = [&](SimulatedDisk& disk, const Restart& restart) -> std::string {
        IndexedNode indexed(story, disk);
        if (!indexed.settle()) return "an index gave up";
        if (!restart.to_the_end) return picture(indexed) ? "" : "something is missing";
        if (auto wrong = story.finish(*indexed.node); !wrong.empty()) return wrong;
        if (!indexed.settle()) return "an index gave up at the end";
        return picture(indexed) == expected ? "" : "an index is wrong";
    };
    Points points;
    points.try_all(
        SimulatedDisk(), [&](SimulatedDisk& disk) { (void)thrown([&] { live(story, disk); }); },
        check);
    fmt::print("Indexes: {} points at which the disk failed, {} restarts\n", points.points(),
               points.restarts());
    CHECK(points.points() >= 20);
}
