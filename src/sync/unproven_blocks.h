#pragma once

#include "types.h"

#include <daler/chain/block_index.h>
#include <daler/wire/limits.h>

#include <map>
#include <optional>

namespace daler::sync {

/// Who sent the blocks that are stored and were never connected: that peer is to blame if one turns
/// out to be invalid. Bounded; a sender that was forgotten is not blamed. A pure state machine.
class UnprovenBlocks {
public:
    void remember(const chain::BlockEntry& block, PeerId sender) {
        if (senders_.size() >= wire::limits::unproven_blocks) senders_.erase(senders_.begin());
        senders_[&block] = sender;
    }
    /// The sender of `block`, which is forgotten.
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
