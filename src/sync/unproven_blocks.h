#pragma once

#include "types.h"

#include <daler/chain/block_index.h>
#include <daler/wire/limits.h>

#include <map>
#include <optional>

namespace daler::sync {

/// The senders of blocks that are stored but not connected yet: the sender is to blame if the block
/// is invalid. Limited in number; a forgotten sender is not blamed. A pure state machine.
class UnprovenBlocks {
public:
    void remember(const chain::BlockEntry& block, PeerId sender) {
        if (senders_.size() >= wire::limits::unproven_blocks) senders_.erase(senders_.begin());
        senders_[&block] = sender;
    }
    /// Returns and forgets the sender of `block`.
    std::optional<PeerId> take(const chain::BlockEntry& block) {
        const auto sender = senders_.extract(&block);
        if (!sender) return {};
        return sender.mapped();
    }
    [[nodiscard]] std::size_t size() const { return senders_.size(); }

private:
    std::map<const chain::BlockEntry*, PeerId> senders_;
};

}  // namespace daler::sync
