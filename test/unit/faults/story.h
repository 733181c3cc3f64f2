#pragma once

#include "../chain/fixture.h"

#include "points.h"

#include <set>

namespace daler::test {

/// What a node has told the world, and so must not forget.
struct Promises {
    std::vector<BlockHash> answered;  ///< blocks that were accepted
    Height height = 0;                ///< the tip is at least so high
    std::size_t synced_answered = 0;  ///< so many of them were on the disk when a flush ended
    Height synced_height = 0;
    std::set<BlockHash> marked;        ///< blocks that the user made invalid
    std::optional<BlockHash> marking;  ///< one whose mark was being made or removed
};

/// The life of a node, in some sixty blocks of three branches and a few thousand coins: downloads,
/// flushes, two kills, reorganisations to both sides, blocks that the user made invalid.
///
///     // 0 - a1 ... a30 - a31 ... a44
///     //             `- b31 ... b45 - b46
///     //                           `- c46 ... c50
class Story {
public:
    Story();

    /// Lives it on `disk` until the end, or until the disk fails. What was promised by then.
    [[nodiscard]] Promises live(SimulatedDisk& disk) const;

    [[nodiscard]] static chain::ChainOptions options(SimulatedDisk& disk);
    /// A node of this story's chain. Throws StorageError if it does not start.
    [[nodiscard]] std::unique_ptr<Node> open(chain::ChainOptions options) const;

    /// Tells what is wrong with `node`: nothing, if it holds all `promises`, or, after a
    /// `power_cut`, those about synced things.
    [[nodiscard]] std::string check(const Node& node, const Promises& promises,
                                    bool power_cut) const;
    /// Empty if `node` has the coins of its tip.
    [[nodiscard]] std::string check_coins(Node& node) const;
    /// Gives it all blocks and leads it to the end of the story. Tells what is wrong then.
    [[nodiscard]] std::string finish(Node& node) const;

    /// The branches. Whoever gets them in this order changes to each of them in turn.
    [[nodiscard]] std::array<std::span<const BlockRef>, 3> branches() const { return {a_, b_, c_}; }
    /// The block that the user has made invalid in the end.
    [[nodiscard]] BlockHash marked_at_the_end() const { return hash_of(b_.back()); }
    [[nodiscard]] BlockHash last_tip() const { return hash_of(c_.back()); }

private:
    /// A branch of `count` blocks on `parent` that spends coins of its own chain.
    std::vector<BlockRef> grow(std::vector<BlockRef> below, std::size_t count);
    void note_coins(std::span<const BlockRef> below, std::span<const BlockRef> branch);

    ChainBuilder builder_{Node::short_maturity()};
    std::vector<BlockRef> a_, b_, c_;
    std::map<BlockHash, Hash256> coins_;  ///< of each block as tip, from a replay
};

}  // namespace daler::test
