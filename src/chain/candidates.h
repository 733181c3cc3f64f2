#pragma once

#include <daler/chain/block_index.h>

#include <boost/unordered/unordered_flat_set.hpp>

#include <set>

namespace daler::chain {

/// The blocks that could become the tip: their chains' data are here, none is known to be invalid,
/// and they have at least as much work as the tip. The best has the most work; among equals, the
/// one whose data came first. Ledger thread.
class Candidates {
public:
    void add(BlockEntry& entry) { ranked_.insert(&entry); }
    void remove(BlockEntry& entry) { ranked_.erase(&entry); }
    void clear();
    /// Null if there is none.
    [[nodiscard]] BlockEntry* best() const { return ranked_.empty() ? nullptr : *ranked_.rbegin(); }
    /// Removes those with less work than the tip now has.
    void remove_below(const U256& chainwork);

    /// Moves a candidate aside whose chain lacks blocks that were pruned.
    void set_aside(BlockEntry& entry);
    /// Takes those that were set aside, to be tried again because a block has come.
    [[nodiscard]] boost::unordered_flat_set<BlockEntry*> take_set_aside();

    /// The data of `entry` and of all below it are here: it ranks behind those of equal work that
    /// came earlier. It is no candidate until `add`.
    void arrived(BlockEntry& entry);
    /// The tip that was found at start ranks before all others of equal work.
    void found_at_start(BlockEntry& tip);
    /// The user prefers `entry` among those of equal work. It becomes a candidate.
    void prefer(BlockEntry& entry);

private:
    /// The place of the tip found at start in the order of arrival. Preferred blocks count down
    /// from it.
    static constexpr std::uint64_t start_tip_sequence = std::uint64_t{1} << 32;
    struct LessPreferred {
        bool operator()(const BlockEntry* a, const BlockEntry* b) const;
    };

    std::set<BlockEntry*, LessPreferred> ranked_;
    boost::unordered_flat_set<BlockEntry*> set_aside_;
    std::uint64_t next_sequence_ = start_tip_sequence + 1;
    std::uint64_t next_preferred_sequence_ = start_tip_sequence - 1;
};

}  // namespace daler::chain
