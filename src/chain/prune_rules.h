#pragma once

#include "block_store.h"

#include <daler/chain/chainstate.h>

#include <functional>
#include <vector>

namespace daler::chain {

/// Decides which block files may go, and what follows from those that have gone. Ledger thread.
class PruneRules {
public:
    /// So many blocks below the tip always stay: peers are promised them (BIP 159), and a
    /// reorganisation takes back at most that many.
    static constexpr Height blocks_kept = 288;

    PruneRules(const ChainOptions& options, const BlockIndex& index)
        : options_(options), index_(index) {}

    /// `limit`: see Chainstate::allow_pruning. An empty one forbids it.
    void allow(std::function<Height()> limit) { limit_ = std::move(limit); }
    /// Requires that -prune was given and pruning is allowed.
    void require_allowed() const;

    /// The last block went to `position`.
    void note_growth(FilePosition position);
    /// The sizes of the files are looked at again, because time has passed.
    void look_again() { look_for_files_ = true; }
    /// Whether files should be removed now.
    [[nodiscard]] bool is_due(const BlockStore& store, const BlockEntry& tip) const;
    [[nodiscard]] bool is_over_target(const BlockStore& store) const;
    /// Looked, and removed what could go: until `note_growth` or `look_again` nothing is due.
    void looked() { look_for_files_ = false; }

    /// Up to which height blocks may go. `flushed`: the block at which the coins on disk are; null
    /// during a flush, when nothing may go.
    [[nodiscard]] Height highest_prunable(const BlockEntry* flushed, const BlockEntry& tip) const;
    /// The files all of whose blocks are at most `limit` high and not needed.
    [[nodiscard]] std::vector<std::uint32_t> prunable_files(Height limit, const BlockEntry& tip,
                                                            const BlockEntry& best_header) const;

    /// Whether some blocks that were here are gone.
    [[nodiscard]] bool has_pruned() const { return has_pruned_; }
    void set_pruned() { has_pruned_ = true; }
    /// Whether the blocks are here that lead from `tip` to `target`. If blocks of the present chain
    /// are missing the log says so, once per target.
    [[nodiscard]] bool can_reach(const BlockEntry& target, const BlockEntry& tip);

private:
    const ChainOptions& options_;
    const BlockIndex& index_;
    std::function<Height()> limit_;
    bool has_pruned_ = false;
    bool look_for_files_ = true;
    FilePosition last_stored_{0, 0};
    const BlockEntry* warned_of_ = nullptr;  ///< cannot be reached, as the log says
};

}  // namespace daler::chain
