#include <test.h>

#include "story.h"

#include <fmt/format.h>

using namespace daler;
using namespace daler::test;

namespace {

constexpr std::size_t flips_per_file = 60;

/// The disk of a node that was stopped in good order, some of its data in tables of the databases,
/// some in their logs.
std::unique_ptr<SimulatedDisk> good_disk(const Story& story) {
    SimulatedDisk disk;
    (void)story.live(disk);
    (void)story.open(Story::options(disk));
    return disk.after_crash();
}

/// Starts a node on a damaged disk. It must know all and have the right coins, or say what is
/// damaged and what to do; no block may be called invalid for it. What is wrong with that.
std::string is_honest(const Story& story, SimulatedDisk& disk) {
    try {
        const auto node = story.open(Story::options(disk));
        for (const auto* entry : node->state->index().all()) {
            if (entry->has(chain::failed) && entry->hash != story.marked_at_the_end()) {
                return "a block was marked invalid";
            }
        }
        if (node->tip() != story.last_tip()) return "blocks are gone, and nothing was said";
        return story.check_coins(*node);
    } catch (const StorageError& error) {
        const bool is_clear = mentions(error.what(), {"/node/", "-reindex"});
        return is_clear ? std::string() : fmt::format("not clear: {}", error.what());
    }
}

/// -reindex finds all blocks that are not damaged; the others come again.
std::string is_rebuilt(const Story& story, SimulatedDisk& disk) {
    try {
        auto options = Story::options(disk);
        options.reindex = true;
        const auto node = story.open(options);
        if (auto wrong = story.check_coins(*node); !wrong.empty()) return wrong;
        return story.finish(*node);
    } catch (const StorageError& error) {
        return fmt::format("-reindex fails: {}", error.what());
    }
}

struct Tally {
    std::size_t tried = 0;
    std::size_t wrong = 0;

    void note(const std::string& where, const std::string& what) {
        ++tried;
        wrong += what.empty() ? 0 : 1;
        if (!what.empty()) FAIL_CHECK(where << ": " << what);
    }
};

/// Damages copies of `good` in one way and in another.
void damage(const Story& story, const SimulatedDisk& good, const std::filesystem::path& path,
            const std::string& how, const std::function<void(SimulatedDisk&)>& change,
            Tally& tally) {
    const auto disk = good.after_crash();
    change(*disk);
    tally.note(fmt::format("{}, {}", path.string(), how), is_honest(story, *disk));
    const auto again = good.after_crash();
    change(*again);
    tally.note(fmt::format("{}, {}, -reindex", path.string(), how), is_rebuilt(story, *again));
}

}  // namespace

TEST_CASE("a damaged byte in any file is named or harmless, and -reindex mends it", "[faults]") {
    const Story story;
    const auto good = good_disk(story);
    Random dice(1);
    Tally tally;
    for (const auto& path : good->paths()) {
        const auto content = good->content(path);
        if (content.empty()) continue;
        for (std::size_t i = 0; i < flips_per_file; i += Points::stride()) {
            // All bytes of a small file; of others the first and the last, and many between.
            auto at = static_cast<std::size_t>(dice.below(content.size()));
            if (content.size() <= flips_per_file || i < 8) at = i % content.size();
            if (content.size() > flips_per_file && i >= flips_per_file - 8) {
                at = content.size() - (flips_per_file - i);
            }
            const auto mask = static_cast<std::uint8_t>(1 + dice.below(255));
            const auto flip = [&](SimulatedDisk& disk) {
                auto bytes = content;
                bytes[at] ^= mask;
                disk.damage(path, bytes);
            };
            damage(story, *good, path, fmt::format("byte {} xor {}", at, mask), flip, tally);
        }
    }
    fmt::print("{} starts with a damaged byte\n", tally.tried);
    CHECK(tally.tried * Points::stride() >= 500);
}

TEST_CASE("a file that is missing or short is named or harmless, and -reindex mends it",
          "[faults]") {
    const Story story;
    const auto good = good_disk(story);
    Tally tally;
    for (const auto& path : good->paths()) {
        damage(
            story, *good, path, "missing", [&](SimulatedDisk& disk) { disk.remove(path); }, tally);
        const auto content = good->content(path);
        for (const std::size_t lost : {1u, 8u, 41u, 200u, 5000u}) {
            if (lost > content.size()) continue;
            const auto cut = [&](SimulatedDisk& disk) {
                disk.damage(path, Bytes(content.begin(),
                                        content.end() - static_cast<std::ptrdiff_t>(lost)));
            };
            damage(story, *good, path, fmt::format("{} bytes short", lost), cut, tally);
        }
    }
    fmt::print("{} starts with a missing or short file\n", tally.tried);
    CHECK(tally.tried >= 50);
}
