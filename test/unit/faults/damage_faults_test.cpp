#include <test.h>

#include "scenario.h"

#include <fmt/format.h>

using namespace daler;
using namespace daler::test;

namespace {

constexpr std::size_t flips_per_file = 60;

/// The disk of a node after a clean stop. Some of its data are in tables of the databases, some in
/// their logs.
std::unique_ptr<SimulatedDisk> good_disk(const Scenario& scenario) {
    SimulatedDisk disk;
    (void)scenario.run(disk);
    (void)scenario.open(Scenario::options(disk));
    return disk.after_crash();
}

/// Starts a node on a damaged disk. The node must have all blocks and the right coins, or name the
/// damaged file and -reindex in an error. It must not mark a block invalid because of the damage.
/// Returns what is wrong, or an empty string.
std::string check_start(const Scenario& scenario, SimulatedDisk& disk) {
    try {
        const auto node = scenario.open(Scenario::options(disk));
        for (const auto* entry : node->state->index().all())
            if (entry->has(chain::failed) && entry->hash != scenario.marked_at_the_end())
                return "a block was marked invalid";
        if (node->tip() != scenario.last_tip()) return "blocks are missing, and there is no error";
        return scenario.check_coins(*node);
    } catch (const StorageError& error) {
        const bool is_clear = mentions(error.what(), {"/node/", "-reindex"});
        return is_clear ? std::string() : fmt::format("not clear: {}", error.what());
    }
}

/// Starts a node on a damaged disk with -reindex and submits all blocks again. Returns what is
/// wrong, or an empty string.
std::string check_rebuild(const Scenario& scenario, SimulatedDisk& disk) {
    try {
        auto options = Scenario::options(disk);
        options.reindex = true;
        const auto node = scenario.open(options);
        if (auto wrong = scenario.check_coins(*node); !wrong.empty()) return wrong;
        return scenario.finish(*node);
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

/// Applies `change` to two copies of `good`: one for check_start, one for check_rebuild.
void damage(const Scenario& scenario, const SimulatedDisk& good, const std::filesystem::path& path,
            const std::string& how, const std::function<void(SimulatedDisk&)>& change,
            Tally& tally) {
    const auto disk = good.after_crash();
    change(*disk);
    tally.note(fmt::format("{}, {}", path.string(), how), check_start(scenario, *disk));
    const auto again = good.after_crash();
    change(*again);
    tally.note(fmt::format("{}, {}, -reindex", path.string(), how),
               check_rebuild(scenario, *again));
}

}  // namespace

TEST_CASE("a damaged byte is reported or harmless, and -reindex repairs it", "[faults]") {
    const Scenario scenario;
    const auto good = good_disk(scenario);
    Random dice(1);
    Tally tally;
    for (const auto& path : good->paths()) {
        const auto content = good->content(path);
        if (content.empty()) continue;
        for (std::size_t i = 0; i < flips_per_file; i += Points::stride()) {
            // All bytes of a small file; of other files the first and last eight, and random ones.
            auto at = static_cast<std::size_t>(dice.below(content.size()));
            if (content.size() <= flips_per_file || i < 8) at = i % content.size();
            if (content.size() > flips_per_file && i >= flips_per_file - 8)
                at = content.size() - (flips_per_file - i);
            const auto mask = static_cast<std::uint8_t>(1 + dice.below(255));
            const auto flip = [&](SimulatedDisk& disk) {
                auto bytes = content;
                bytes[at] ^= mask;
                disk.damage(path, bytes);
            };
            damage(scenario, *good, path, fmt::format("byte {} xor {}", at, mask), flip, tally);
        }
    }
    fmt::print("{} starts with a damaged byte\n", tally.tried);
    CHECK(tally.tried * Points::stride() >= 500);
}

TEST_CASE("a missing or short file is reported or harmless, and -reindex repairs it", "[faults]") {
    const Scenario scenario;
    const auto good = good_disk(scenario);
    Tally tally;
    for (const auto& path : good->paths()) {
        damage(
            scenario, *good, path, "missing", [&](SimulatedDisk& disk) { disk.remove(path); },
            tally);
        const auto content = good->content(path);
        for (const std::size_t lost : {1u, 8u, 41u, 200u, 5000u}) {
            if (lost > content.size()) continue;
            const auto cut = [&](SimulatedDisk& disk) {
                disk.damage(path, Bytes(content.begin(),
                                        content.end() - static_cast<std::ptrdiff_t>(lost)));
            };
            damage(scenario, *good, path, fmt::format("{} bytes short", lost), cut, tally);
        }
    }
    fmt::print("{} starts with a missing or short file\n", tally.tried);
    CHECK(tally.tried >= 50);
}
