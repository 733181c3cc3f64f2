#pragma once

#include <daler/index/follower.h>

namespace daler::index {

/// The basic filter of each recorded block and its header (BIP 157, BIP 158; -blockfilterindex).
/// The records of blocks that left the best chain stay.
class FilterIndex final : Recorder {
public:
    FilterIndex(const chain::Chainstate& chain, const IndexOptions& options);

    struct Filter {
        Bytes bytes;
        Hash256 header;
    };
    /// Any thread.
    [[nodiscard]] std::optional<Filter> find(const BlockHash& hash) const;

    [[nodiscard]] Follower& follower() { return follower_; }

private:
    bool needs_undo() const override { return true; }
    void record(const chain::BlockEntry& entry, const Block& block, const coins::BlockUndo& undo,
                storage::Database::Batch& batch) override;
    void continue_after(const chain::BlockEntry* entry) override;

    std::unique_ptr<storage::Database> database_;
    Hash256 last_header_;  ///< of the block recorded last
    Follower follower_;
};

}  // namespace daler::index
