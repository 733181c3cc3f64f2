#pragma once

#include "types.h"

#include <optional>
#include <string>
#include <vector>

namespace daler::sync {

/// What decides whether an inbound peer may stay when all places are taken.
struct EvictionCandidate {
    PeerId id = 0;
    BlockTime connected_at{};
    std::chrono::microseconds min_ping{std::chrono::microseconds::max()};
    BlockTime last_block{};        ///< when it last sent a new block
    BlockTime last_transaction{};  ///< when it last sent a new transaction
    bool relays_transactions = true;
    std::string group;               ///< of its address
    std::uint64_t salted_group = 0;  ///< a number from the group that peers cannot foretell
};

/// Whom to disconnect for a newcomer: never those who were the first to bring blocks or
/// transactions, answer fast, come from a rare part of the network or have been here for long; of
/// the rest the youngest from the largest group. Nothing if everybody is protected. Candidates are
/// inbound peers without the permission noban.
[[nodiscard]] std::optional<PeerId> choose_eviction(std::vector<EvictionCandidate> candidates);

}  // namespace daler::sync
