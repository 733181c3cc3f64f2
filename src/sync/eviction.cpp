#include "eviction.h"

#include <map>

namespace daler::sync {
namespace {

/// Removes the `count` best candidates for which `may` is true from the list.
template <class Better, class May>
void protect(std::vector<EvictionCandidate>& candidates, std::size_t count, Better better,
             May may) {
    std::ranges::stable_sort(candidates, better);
    std::size_t protected_ones = 0;
    std::erase_if(candidates, [&](const EvictionCandidate& candidate) {
        return protected_ones < count && may(candidate) && ++protected_ones > 0;
    });
}

bool any_peer(const EvictionCandidate&) {
    return true;
}

}  // namespace

std::optional<PeerId> choose_eviction(std::vector<EvictionCandidate> candidates) {
    using C = const EvictionCandidate&;
    // An attacker must spend something different for each: addresses, low latency, work, relayed
    // data.
    protect(
        candidates, 4, [](C a, C b) { return a.salted_group > b.salted_group; }, any_peer);
    protect(
        candidates, 8, [](C a, C b) { return a.min_ping < b.min_ping; }, any_peer);
    protect(
        candidates, 4, [](C a, C b) { return a.last_transaction > b.last_transaction; }, any_peer);
    protect(
        candidates, 8, [](C a, C b) { return a.last_block > b.last_block; },
        [](C c) { return !c.relays_transactions; });
    protect(
        candidates, 4, [](C a, C b) { return a.last_block > b.last_block; }, any_peer);
    protect(
        candidates, candidates.size() / 2, [](C a, C b) { return a.connected_at < b.connected_at; },
        any_peer);
    if (candidates.empty()) return {};

    std::map<std::string, std::vector<EvictionCandidate>> groups;
    for (auto& candidate : candidates)
        groups[candidate.group].push_back(candidate);
    const auto youngest = [](const std::vector<EvictionCandidate>& group) {
        return *std::ranges::max_element(group, {},
                                         [](C c) { return std::pair(c.connected_at, c.id); });
    };
    const auto largest = std::ranges::max_element(groups, {}, [&](const auto& group) {
        return std::pair(group.second.size(), youngest(group.second).connected_at);
    });
    return youngest(largest->second).id;
}

}  // namespace daler::sync
