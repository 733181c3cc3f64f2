#include <test.h>

#include "scenario.h"

#include <fmt/format.h>

using namespace daler;
using namespace daler::test;

namespace {

/// A node with a savepoint at a40 that has gone over to branch b since then, and now returns. Some
/// blocks and headers of b were known before.
///
///     // 0 - a1 ... a30 - a31 ... a40 - a41 ... a44
///     //             `- b31 ... b45
class Returning {
public:
    Returning() {
        const auto node = scenario_.open(options(start_));
        node->extend(a().first(40));
        submit(*node, b().first(3));
        for (const auto& block : b().subspan(3, 3))
            (void)node->state->accept_header(block->header);
        savepoint_ = node->state->savepoint();
        submit(*node, b().subspan(3, 10));
        node->state->flush();
    }

    /// Some of what is taken back was not flushed. Afterwards blocks come again.
    void run(SimulatedDisk& disk) {
        returned_ = false;
        reported_ = 0;
        try {
            const auto node = scenario_.open(options(disk));
            submit(*node, b().subspan(13, 2));
            node->state->return_to(savepoint_);
            returned_ = true;
            for (const auto& block : a().subspan(40)) {
                submit(*node, {&block, 1});
                ++reported_;
            }
            node->state->flush();
        } catch (const StorageError&) {
            if (!disk.has_failed()) throw;
        }
    }

    /// Starts the node. It has the state before or after the return.
    [[nodiscard]] std::string check(SimulatedDisk& disk, const Restart& restart, bool reindex) {
        auto wanted = options(disk);
        wanted.reindex = reindex;
        auto node = scenario_.open(wanted);
        const bool is_back = !knows(*node, b()[12]);
        if (auto wrong = is_back ? check_after(*node, restart) : check_before(*node);
            !wrong.empty()) {
            return wrong;
        }
        if (auto wrong = scenario_.check_coins(*node); !wrong.empty()) return wrong;
        if (restart.to_the_end) {
            if (!node->state->can_return_to(savepoint_)) return "there is no way back";
            node->state->return_to(savepoint_);
            if (node->tip() != savepoint_.tip || knows(*node, b()[6])) return "it is not back";
            // A rebuild knows only what is in the files.
            if (!reindex && node->state->savepoint() != savepoint_) return "something is missing";
            if (auto wrong = scenario_.check_coins(*node); !wrong.empty()) return wrong;
        }
        node->state->flush();
        return {};
    }

    [[nodiscard]] const SimulatedDisk& start() const { return start_; }

private:
    /// Several block files.
    static chain::ChainOptions options(SimulatedDisk& disk) {
        auto options = Scenario::options(disk);
        options.small_files = true;
        return options;
    }
    static void submit(Node& node, std::span<const BlockRef> blocks) {
        for (const auto& block : blocks)
            if (!node.state->submit(block).verdict) throw std::logic_error("a block was rejected");
    }
    static bool knows(const Node& node, const BlockRef& block) {
        return node.state->index().find(hash_of(block)) != nullptr;
    }
    [[nodiscard]] std::string check_before(const Node& node) const {
        if (returned_) return "a block that was forgotten is there again";
        return node.height() >= 43 ? "" : "a block is missing that was not forgotten";
    }
    [[nodiscard]] std::string check_after(const Node& node, const Restart& restart) const {
        for (const auto& block : b().subspan(6))
            if (knows(node, block)) return "a block is not forgotten with the others";
        const auto least = restart.power_cut ? 40 : 40 + reported_;
        return node.height() >= least ? "" : "a later block is missing";
    }
    [[nodiscard]] std::span<const BlockRef> a() const { return scenario_.branches()[0]; }
    [[nodiscard]] std::span<const BlockRef> b() const { return scenario_.branches()[1]; }

    const Scenario scenario_;
    SimulatedDisk start_;
    chain::Savepoint savepoint_;
    bool returned_ = false;
    Height reported_ = 0;  ///< later blocks whose verdict was given
};

}  // namespace

TEST_CASE("after a fault during a return the state is the one before or the one after",
          "[faults][savepoint]") {
    Returning returning;
    const bool reindex = GENERATE(false, true);
    const auto run = [&](SimulatedDisk& disk) { returning.run(disk); };
    const auto check = [&](SimulatedDisk& disk, const Restart& restart) {
        return returning.check(disk, restart, reindex);
    };
    Points points;
    points.try_all(returning.start(), run, check);
    fmt::print("Return{}: {} points at which the disk failed, {} restarts\n",
               reindex ? " and -reindex" : "", points.points(), points.restarts());
    CHECK(points.points() * Points::stride() >= 30);
}
