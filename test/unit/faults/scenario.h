#pragma once

#include "../chain/fixture.h"

#include "points.h"

#include <set>

namespace daler::test {

/// What a node has reported, and so must still have after a restart.
struct Promises {
    std::vector<BlockHash> answered;   ///< blocks that were accepted
    Height height = 0;                 ///< the least height of the tip
    std::size_t synced_answered = 0;   ///< size of `answered` at the end of the last flush
    Height synced_height = 0;          ///< the least height of the tip after a power cut
    std::set<BlockHash> marked;        ///< blocks that the user invalidated
    std::optional<BlockHash> marking;  ///< a block that was being invalidated or reconsidered
};

/// A run of a node with some sixty blocks in three branches and a few thousand coins: downloads,
/// flushes, two kills, reorganisations, blocks that the user invalidates.
///
///     // 0 - a1 ... a30 - a31 ... a44
///     //             `- b31 ... b45 - b46
///     //                           `- c46 ... c50
class Scenario {
public:
    Scenario();

    /// Runs the scenario on `disk` to its end or until the disk fails. Returns the promises.
    [[nodiscard]] Promises run(SimulatedDisk& disk) const;

    [[nodiscard]] static chain::ChainOptions options(SimulatedDisk& disk);
    /// A node of the scenario's chain. Throws StorageError if it does not start.
    [[nodiscard]] std::unique_ptr<Node> open(chain::ChainOptions options) const;

    /// Returns which of the `promises` `node` breaks, or an empty string. After a `power_cut` only
    /// those about synced data count.
    [[nodiscard]] std::string check(const Node& node, const Promises& promises,
                                    bool power_cut) const;
    /// Empty if `node` has the coins of its tip.
    [[nodiscard]] std::string check_coins(Node& node) const;
    /// Submits all blocks and runs the scenario to its end. Returns what is wrong then.
    [[nodiscard]] std::string finish(Node& node) const;

    /// The branches. A node that gets them in this order reorganises to each of them in turn.
    [[nodiscard]] std::array<std::span<const BlockRef>, 3> branches() const { return {a_, b_, c_}; }
    /// The block that is marked as invalid at the end.
    [[nodiscard]] BlockHash marked_at_the_end() const { return hash_of(b_.back()); }
    [[nodiscard]] BlockHash last_tip() const { return hash_of(c_.back()); }

private:
    /// A branch of `count` blocks on `parent` that spends coins of its own chain.
    std::vector<BlockRef> grow(std::vector<BlockRef> below, std::size_t count);
    void note_coins(std::span<const BlockRef> below, std::span<const BlockRef> branch);

    ChainBuilder builder_{Node::short_maturity()};
    std::vector<BlockRef> a_, b_, c_;
    std::map<BlockHash, Hash256> coins_;  ///< hash of the coins after each block, from a replay
};

}  // namespace daler::test
