#include <test.h>

#include "scenario.h"

#include <fmt/format.h>

#include <limits>

using namespace daler;
using namespace daler::test;

namespace {

constexpr std::size_t old_blocks = 340;
constexpr std::size_t new_blocks = 30;
constexpr Height kept = 288;

/// A chain that is long enough for pruning, in files of 64 KiB. A few of its first blocks fill one.
class LongChain {
public:
    LongChain() {
        auto parent = builder_.genesis();
        for (std::size_t i = 0; i < old_blocks + new_blocks; ++i) {
            ChainBuilder::Plan plan;
            if (i % 2 == 0 || i > 100) plan.payout = wide_;
            blocks_.push_back(builder_.block(parent, std::move(plan)));
            parent = hash_of(blocks_.back());
        }
        Node replay(Node::in_memory(), builder_.params());
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            replay.extend({&blocks_[i], 1});
            if (i + 1 >= old_blocks) coins_[replay.tip()] = replay.coins_hash();
        }
        const auto node = open(start_);
        node->extend(std::span(blocks_).first(old_blocks));
        node->state->flush();
    }

    [[nodiscard]] std::unique_ptr<Node> open(SimulatedDisk& disk) const {
        auto options = Scenario::options(disk);
        options.small_files = true;
        options.prune_target = 0;  // only on request
        auto node = std::make_unique<Node>(std::move(options), builder_.params());
        node->state->allow_pruning([] { return std::numeric_limits<Height>::max(); });
        return node;
    }

    /// Prunes twice, with a kill between.
    void run(SimulatedDisk& disk) const {
        auto node = open(disk);
        const auto fresh = std::span(blocks_).subspan(old_blocks);
        node->extend(fresh.first(10));
        node->state->prune(static_cast<Height>(old_blocks) - kept);
        node->extend(fresh.subspan(10, 10));
        node = nullptr;
        node = open(disk);
        node->state->prune(static_cast<Height>(blocks_.size()));
        node->extend(fresh.subspan(20));
        node->state->flush();
    }

    [[nodiscard]] std::string check(SimulatedDisk& disk) const {
        const auto node = open(disk);
        if (node->height() < static_cast<Height>(old_blocks)) return "blocks are missing";
        if (node->coins_hash() != coins_.at(node->tip())) return "the coins are wrong";
        const auto view = node->state->view();
        for (Height height = view->height() - kept; height <= view->height(); ++height)
            if (!node->state->read_block(*view->at(height))) return "a block was pruned too soon";
        for (const auto* entry : node->state->index().all())
            if (entry->is_failed()) return "a block was marked invalid";
        node->extend(
            std::span(blocks_).last(blocks_.size() - static_cast<std::size_t>(node->height())));
        node->state->prune(static_cast<Height>(blocks_.size()));
        if (disk.exists("/node/blocks/blk00000.dat")) return "an old file is still there";
        return {};
    }

    [[nodiscard]] const SimulatedDisk& start() const { return start_; }

private:
    // The script of an output that does not become a coin.
    static constexpr std::size_t wide_size = 2500;
    const Script wide_{[] {
        Bytes bytes(wide_size, 0);
        bytes[0] = 0x6a;  // OP_RETURN
        return bytes;
    }()};
    ChainBuilder builder_{Node::short_maturity()};
    std::vector<BlockRef> blocks_;
    std::map<BlockHash, Hash256> coins_;
    SimulatedDisk start_;
};

}  // namespace

TEST_CASE("a fault while files are pruned loses no block that was to be kept", "[faults]") {
    const LongChain chain;
    const auto run = [&](SimulatedDisk& disk) { (void)thrown([&] { chain.run(disk); }); };
    const auto check = [&](SimulatedDisk& disk, const Restart&) { return chain.check(disk); };
    Points points;
    points.try_all(chain.start(), run, check, 2);
    fmt::print("Pruning: {} points at which the disk failed, {} restarts\n", points.points(),
               points.restarts());
    CHECK(points.points() >= 5);
}
