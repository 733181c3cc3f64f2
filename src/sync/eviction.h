#pragma once

#include "types.h"

#include <optional>
#include <string>
#include <vector>

namespace daler::sync {

/// What decides whether an inbound peer is evicted when all slots are in use.
struct EvictionCandidate {
    PeerId id = 0;
    BlockTime connected_at{};
    std::chrono::microseconds min_ping{std::chrono::microseconds::max()};
    BlockTime last_block{};        ///< when it last sent a new block
    BlockTime last_transaction{};  ///< when it last sent a new transaction
    bool relays_transactions = true;
    std::string group;               ///< of its address
    std::uint64_t salted_group = 0;  ///< a keyed hash of the group, which peers cannot predict
};

/// The peer to disconnect for a new one. Protects some peers that have sent new blocks or
/// transactions most recently, have the lowest pings, are chosen by salted_group, or have been
/// connected longest. Of the rest it chooses the youngest of the largest group. Nothing if all are
/// protected. Candidates are inbound peers without the permission noban.
[[nodiscard]] std::optional<PeerId> choose_eviction(std::vector<EvictionCandidate> candidates);

}  // namespace daler::sync
