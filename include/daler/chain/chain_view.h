#pragma once

#include <daler/chain/block_index.h>

#include <memory>
#include <span>
#include <vector>

namespace daler::chain {

/// The chain as it is at one moment: immutable, shared, readable from any thread.
class ChainView {
public:
    ChainView(const BlockEntry& tip, const BlockEntry& best_header, bool initial_download)
        : tip_(&tip), best_header_(&best_header), initial_download_(initial_download) {}

    [[nodiscard]] const BlockEntry& tip() const { return *tip_; }
    [[nodiscard]] Height height() const { return tip_->height; }
    /// The block of the active chain at `height`; null outside 0..height().
    [[nodiscard]] const BlockEntry* at(Height height) const { return tip_->ancestor(height); }
    [[nodiscard]] bool contains(const BlockEntry& entry) const {
        return entry.is_ancestor_of(*tip_);
    }
    /// The successor of `entry` on this chain; null if it is the tip or not on it.
    [[nodiscard]] const BlockEntry* next(const BlockEntry& entry) const {
        return contains(entry) ? at(entry.height + 1) : nullptr;
    }
    /// The known valid header with the most work, at or above the tip.
    [[nodiscard]] const BlockEntry& best_header() const { return *best_header_; }
    /// Whether the chain is being downloaded: the tip has too little work, or is too old, or, on a
    /// private chain, is far behind the headers of peers. Once it has ended, it does not come back.
    [[nodiscard]] bool initial_download() const { return initial_download_; }

    /// Hashes of this chain from its tip to genesis with growing gaps: the locator of `getheaders`
    /// (no BIP).
    [[nodiscard]] std::vector<BlockHash> locator() const { return locator_from(*tip_); }
    [[nodiscard]] static std::vector<BlockHash> locator_from(const BlockEntry& entry);
    /// The highest block of this chain that `locator` names; genesis if none.
    [[nodiscard]] const BlockEntry& find_fork(const BlockIndex& index,
                                              std::span<const BlockHash> locator) const;

private:
    const BlockEntry* tip_;
    const BlockEntry* best_header_;
    bool initial_download_;
};

}  // namespace daler::chain
