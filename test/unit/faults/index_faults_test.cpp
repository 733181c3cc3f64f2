#include <test.h>

#include "scenario.h"

#include <daler/index/indexes.h>

#include <fmt/format.h>

#include <mutex>

using namespace daler;
using namespace daler::test;

namespace {

/// A node with indexes. Each index follows the chain on its own thread.
struct IndexedNode {
    IndexedNode(const Scenario& scenario, SimulatedDisk& disk, index::Wanted wanted)
        : node(scenario.open(Scenario::options(disk))), indexes(*node->state, wanted, [&] {
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
    /// Waits until the indexes are at the tip; false if an index has stopped with an error.
    bool wait_for_tip() {
        indexes.wake();
        if (auto* stats = indexes.coin_stats()) return stats->follower().wait_for_tip();
        return indexes.transactions()->follower().wait_for_tip() &&
               indexes.filters()->follower().wait_for_tip();
    }

    std::mutex mutex;     ///< guards failure
    std::string failure;  ///< the error that stopped an index
    std::unique_ptr<Node> node;
    index::Indexes indexes;
};

/// Submits one branch after the other, with a restart before each, until something fails.
void run_branches(const Scenario& scenario, SimulatedDisk& disk, index::Wanted wanted) {
    for (const auto branch : scenario.branches()) {
        IndexedNode indexed(scenario, disk, wanted);
        for (const auto& block : branch)
            (void)indexed.node->state->submit(block);
        if (!indexed.wait_for_tip()) return;
    }
}

/// A hash of the indexes' data about the best chain. None if something is missing.
std::optional<Hash256> index_hash(const IndexedNode& indexed) {
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

TEST_CASE("indexes are right after a failed disk operation", "[faults]") {
    struct Kind {
        std::string name;
        index::Wanted wanted;
        std::uint64_t one_of;  ///< step between the points that are tried: MuHash is slow
    };
    const auto kind = GENERATE(values<Kind>({
        {"-txindex -blockfilterindex", {true, true, false}, 8},
        {"-coinstatsindex", {false, false, true}, 60},
    }));
    const Scenario scenario;
    SimulatedDisk whole;
    run_branches(scenario, whole, kind.wanted);
    const auto expected = index_hash(IndexedNode(scenario, whole, kind.wanted));
    REQUIRE(expected);

    const auto check = [&](SimulatedDisk& disk, const Restart& restart) -> std::string {
        IndexedNode indexed(scenario, disk, kind.wanted);
        if (!indexed.wait_for_tip()) return "an index has stopped";
        if (!restart.to_the_end) return index_hash(indexed) ? "" : "something is missing";
        if (auto wrong = scenario.finish(*indexed.node); !wrong.empty()) return wrong;
        if (!indexed.wait_for_tip()) return "an index has stopped at the end";
        return index_hash(indexed) == expected ? "" : "an index is wrong";
    };
    const auto run = [&](SimulatedDisk& disk) {
        (void)thrown([&] { run_branches(scenario, disk, kind.wanted); });
    };
    Points points;
    points.try_all(SimulatedDisk(), run, check, kind.one_of);
    fmt::print("{}: {} points at which the disk failed, {} restarts\n", kind.name, points.points(),
               points.restarts());
    CHECK(points.points() > 0);
}

TEST_CASE("a damaged byte of an index is reported or harmless, and a deleted index is rebuilt",
          "[faults]") {
    constexpr std::size_t flips_per_file = 40;
    constexpr index::Wanted wanted{true, true, false};
    const Scenario scenario;
    SimulatedDisk good;
    run_branches(scenario, good, wanted);
    const auto expected = index_hash(IndexedNode(scenario, good, wanted));
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
                IndexedNode indexed(scenario, *disk, wanted);
                if (indexed.wait_for_tip()) {
                    const auto seen = index_hash(indexed);
                    CHECK(seen == expected);
                } else {
                    const std::lock_guard lock(indexed.mutex);
                    throw StorageError(indexed.failure);
                }
            });
            if (error.empty()) continue;
            CHECK(mentions(error, {"/node/indexes/", "Delete"}));
            for (const auto& file : disk->paths())
                if (file.parent_path() == path.parent_path()) disk->remove(file);
            IndexedNode indexed(scenario, *disk, wanted);
            CHECK(indexed.wait_for_tip());
            CHECK(index_hash(indexed) == expected);
        }
    }
    fmt::print("{} starts with a damaged byte of an index\n", tried);
    CHECK(tried > 0);
}
