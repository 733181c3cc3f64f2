#include "request_tracker.h"

#include <daler/util/ensure.h>

namespace daler::sync {

namespace limits = wire::limits;

RequestTracker::Announcement* RequestTracker::find(PeerId peer, const Hash256& hash) {
    const auto item = items_.find(hash);
    if (item == items_.end()) return nullptr;
    const auto found = std::ranges::find(item->second, peer, &Announcement::peer);
    return found == item->second.end() ? nullptr : &*found;
}

void RequestTracker::announced(PeerId peer, const TxIdentifier& tx, bool preferred, Time ready_at,
                               Bound bound) {
    auto& state = peers_[peer];
    const bool is_full = bound == Bound::usual && state.announcements >= limits::announcements;
    if (is_full || state.known.contains(tx.hash)) return;
    items_[tx.hash].push_back(
        {peer, State::waiting, preferred, tx.is_wtxid, random_.next(), ready_at});
    ++state.announcements;
    state.known.insert(tx.hash);
    timeline_.emplace(ready_at, tx.hash, peer);
}

void RequestTracker::advance(Time now) {
    while (!timeline_.empty() && std::get<Time>(*timeline_.begin()) <= now) {
        const auto [when, hash, peer] = *timeline_.begin();
        timeline_.erase(timeline_.begin());
        auto* announcement = find(peer, hash);
        ensure(announcement != nullptr);
        if (announcement->state == State::requested) {
            --peers_[peer].in_flight;
            announcement->state = State::done;
        } else {
            announcement->state = State::ready;
        }
        choose(hash);
    }
}

void RequestTracker::choose(const Hash256& hash) {
    auto& item = items_.at(hash);
    Announcement* best = nullptr;
    Announcement* chosen = nullptr;
    bool is_open = false;
    for (auto& each : item) {
        is_open |= each.state != State::done;
        if (each.state == State::requested) return;
        if (each.state == State::chosen) chosen = &each;
        if (each.state != State::ready && each.state != State::chosen) continue;
        if (!best || std::pair(each.preferred, each.lot) > std::pair(best->preferred, best->lot))
            best = &each;
    }
    if (!is_open) {
        erase(hash);
        return;
    }
    if (best == chosen) return;
    if (chosen) {
        chosen->state = State::ready;
        peers_[chosen->peer].chosen.erase({chosen->lot, hash});
    }
    best->state = State::chosen;
    peers_[best->peer].chosen.emplace(best->lot, hash);
}

std::vector<TxIdentifier> RequestTracker::take_requests(PeerId peer, Time now) {
    advance(now);
    std::vector<TxIdentifier> out;
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return out;
    auto& state = found->second;
    while (!state.chosen.empty() && out.size() < limits::transactions_per_getdata) {
        const auto hash = state.chosen.begin()->second;
        state.chosen.erase(state.chosen.begin());
        auto* announcement = find(peer, hash);
        ensure(announcement != nullptr && announcement->state == State::chosen);
        announcement->state = State::requested;
        announcement->when = now + limits::request_timeout;
        timeline_.emplace(announcement->when, hash, peer);
        ++state.in_flight;
        out.push_back({hash, announcement->is_wtxid});
    }
    return out;
}

void RequestTracker::answered(PeerId peer, const Hash256& hash, Time now) {
    if (auto* announcement = find(peer, hash)) {
        auto& state = peers_[peer];
        if (announcement->state == State::requested) --state.in_flight;
        if (announcement->state == State::chosen) state.chosen.erase({announcement->lot, hash});
        if (announcement->state == State::requested || announcement->state == State::waiting)
            timeline_.erase({announcement->when, hash, peer});
        announcement->state = State::done;
        choose(hash);
    }
    advance(now);
}

void RequestTracker::drop_announcement(const Hash256& hash, Item& item, std::size_t index) {
    const auto& gone = item[index];
    auto& state = peers_[gone.peer];
    --state.announcements;
    state.known.erase(hash);
    if (gone.state == State::requested) --state.in_flight;
    if (gone.state == State::chosen) state.chosen.erase({gone.lot, hash});
    if (gone.state == State::requested || gone.state == State::waiting)
        timeline_.erase({gone.when, hash, gone.peer});
    item.erase(item.begin() + static_cast<std::ptrdiff_t>(index));
}

void RequestTracker::erase(const Hash256& hash) {
    const auto found = items_.find(hash);
    if (found == items_.end()) return;
    while (!found->second.empty())
        drop_announcement(hash, found->second, 0);
    items_.erase(found);
}

void RequestTracker::forget(const Hash256& hash) {
    erase(hash);
}

void RequestTracker::peer_gone(PeerId peer, Time now) {
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return;
    const auto known = found->second.known;
    for (const auto& hash : known) {
        auto& item = items_.at(hash);
        const auto position = std::ranges::find(item, peer, &Announcement::peer) - item.begin();
        drop_announcement(hash, item, static_cast<std::size_t>(position));
        choose(hash);
    }
    peers_.erase(peer);
    advance(now);
}

std::size_t RequestTracker::announcements(PeerId peer) const {
    const auto found = peers_.find(peer);
    return found == peers_.end() ? 0 : found->second.announcements;
}

std::size_t RequestTracker::in_flight(PeerId peer) const {
    const auto found = peers_.find(peer);
    return found == peers_.end() ? 0 : found->second.in_flight;
}

bool RequestTracker::is_requested_from(PeerId peer, const Hash256& hash) const {
    const auto item = items_.find(hash);
    return item != items_.end() && std::ranges::any_of(item->second, [&](const Announcement& each) {
               return each.peer == peer && each.state == State::requested;
           });
}

std::size_t RequestTracker::size() const {
    std::size_t total = 0;
    for (const auto& [hash, item] : items_)
        total += item.size();
    return total;
}

void RequestTracker::check() const {
    std::map<PeerId, PeerState> counted;
    std::size_t timed = 0;
    for (const auto& [hash, item] : items_) {
        ensure(!item.empty());
        std::size_t asked = 0;
        std::size_t ready = 0;
        for (const auto& each : item) {
            auto& peer = counted[each.peer];
            ++peer.announcements;
            ensure(peer.known.insert(hash).second);
            if (each.state == State::requested) ++peer.in_flight;
            if (each.state == State::chosen) peer.chosen.emplace(each.lot, hash);
            asked += each.state == State::requested || each.state == State::chosen ? 1 : 0;
            ready += each.state == State::ready ? 1 : 0;
            if (each.state == State::requested || each.state == State::waiting) {
                ++timed;
                ensure(timeline_.contains({each.when, hash, each.peer}));
            }
        }
        ensure(asked <= 1);
        ensure(ready == 0 || asked == 1);
    }
    ensure(timed == timeline_.size());
    for (const auto& [id, state] : peers_) {
        const auto& expected = counted[id];
        ensure(state.announcements == expected.announcements);
        ensure(state.in_flight == expected.in_flight);
        ensure(state.chosen == expected.chosen);
        ensure(state.known == expected.known);
    }
}

}  // namespace daler::sync
