#include <test.h>

#include "story.h"

#include <daler/index/indexes.h>

#include <fmt/format.h>

#include <mutex>

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
              options.fatal = [this](const std::string& text) {
                  const std::lock_guard lock(mutex);
                  failure = text;
              };
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

    std::mutex mutex;     ///< guards failure
    std::string failure;  ///< why an index gave up
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
        {"-txindex -blockfilterindex", {true, true, false}, 8},
        {"-coinstatsindex", {false, false, true}, 60},
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
    CHECK(points.points() > 0);
}

TEST_CASE("a damaged byte of an index is named or harmless, and deleting the index mends it",
          "[faults]") {
    constexpr std::size_t flips_per_file = 40;
    constexpr index::Wanted wanted{true, true, false};
    const Story story;
    SimulatedDisk good;
    live(story, good, wanted);
    const auto expected = picture(IndexedNode(story, good, wanted));
    Random dice(7);
    std::size_t tried = 0;
    for (const auto& path : good.paths()) {
        if (!path.string().starts_with("/node/indexes/")) continue;
        for (std::size_t i = 0; i < flips_per_file; i += Points::stride()) {
            auto bytes = good.content(path);
            if (bytes.empty()) break;
            const auto at = static_cast<std::size_t>(dice.below(bytes.size()));
            bytes[at] ^= static_cast<std::uint8_t>(1 + dice.below(255));
            const auto disk = good.after_crash();
            disk->damage(path, bytes);
            INFO(path.string() << ", byte " << at);
            ++tried;
            auto error = thrown([&] {
                IndexedNode indexed(story, *disk, wanted);
                if (indexed.settle()) {
                    const auto seen = picture(indexed);
                    CHECK(seen == expected);
                } else {
                    const std::lock_guard lock(indexed.mutex);
                    throw StorageError(indexed.failure);
                }
            });
            if (error.empty()) continue;
            CHECK(mentions(error, {"/node/indexes/", "Delete"}));
            for (const auto& file : disk->paths()) {
                if (file.parent_path() == path.parent_path()) disk->remove(file);
            }
            IndexedNode indexed(story, *disk, wanted);
            CHECK(indexed.settle());
            CHECK(picture(indexed) == expected);
        }
    }
    fmt::print("{} starts with a damaged byte of an index\n", tried);
    CHECK(tried > 0);
}
