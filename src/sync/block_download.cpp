#include "block_download.h"

namespace daler::sync {

namespace limits = wire::limits;
using chain::BlockEntry;

namespace {
/// How many headers of a peer's chain are scanned in one step.
constexpr Height scan_step = 128;
/// Factor of the stall timeout after each connected block.
constexpr double stall_timeout_decay = 0.85;
}  // namespace

void BlockDownload::add_peer(PeerId peer, Keeps keeps, bool trusted) {
    peers_[peer].keeps = keeps;
    peers_[peer].trusted = trusted;
}

void BlockDownload::delivered_valid_block(PeerId peer) {
    if (const auto found = peers_.find(peer); found != peers_.end()) found->second.trusted = true;
}

void BlockDownload::peer_gone(PeerId peer) {
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return;
    const auto in_flight = found->second.in_flight;
    for (const auto* entry : in_flight)
        release(peer, entry->hash);
    peers_.erase(peer);
}

void BlockDownload::peer_has(PeerId peer, const BlockEntry& entry) {
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return;
    auto& best = found->second.best_known;
    const auto& known = entry.still_known();
    if (!best || known.chainwork >= best->chainwork) best = &known;
}

void BlockDownload::blocks_forgotten() {
    for (auto& [id, state] : peers_) {
        if (state.best_known) state.best_known = &state.best_known->still_known();
        // Also of headers that are still known the blocks may be gone.
        state.last_common = nullptr;
    }
}

const BlockEntry* BlockDownload::best_known(PeerId peer) const {
    const auto found = peers_.find(peer);
    return found == peers_.end() ? nullptr : found->second.best_known;
}

const BlockEntry* BlockDownload::last_common(PeerId peer) const {
    const auto found = peers_.find(peer);
    return found == peers_.end() ? nullptr : found->second.last_common;
}

/// Ends the request for the block to `peer`.
void BlockDownload::release(PeerId peer, const BlockHash& hash) {
    if (const auto found = asked_.find(hash); found != asked_.end()) {
        std::erase_if(found->second.peers, [&](const Asker& asker) { return asker.peer == peer; });
        if (found->second.peers.empty() && found->second.being_checked == 0) asked_.erase(found);
    }
    if (const auto state = peers_.find(peer); state != peers_.end()) {
        std::erase_if(state->second.in_flight,
                      [&](const BlockEntry* entry) { return entry->hash == hash; });
        state->second.stalling_since.reset();
    }
}

void BlockDownload::ask(PeerId peer, const BlockEntry& entry, Time now) {
    auto& state = peers_.at(peer);
    if (state.in_flight.empty()) {
        state.last_progress = now;
        state.stalling_since.reset();
    }
    state.in_flight.push_back(&entry);
    asked_[entry.hash].peers.push_back({peer, now});
}

/// The result of a scan of the window.
struct BlockDownload::Scan {
    std::vector<const BlockEntry*> wanted;  ///< not requested from any peer
    std::vector<const BlockEntry*> late;    ///< requested from other peers, which do not send them
    bool seen_asked = false;
    /// The peer that was asked for the lowest missing block; none if a copy of it is being checked.
    std::optional<PeerId> first_asked;
    bool window_ends = false;  ///< more blocks are missing, but only above the window
    std::size_t room = 0;
};

/// True if the block should be requested from `peer`, too, because the other peers have sent
/// nothing for the stall timeout. The number of requests is limited, and one is reserved for
/// trusted peers, so that a few silent peers cannot hold back a block. Peers that have been silent
/// for long do not count.
bool BlockDownload::may_help(PeerId peer, const Asked& asked, Time now) const {
    if (asked.being_checked > 0 || asked.has(peer)) return false;
    std::size_t places = limits::block_askers;
    std::size_t untrusted_places = limits::block_askers - 1;
    for (const auto& [other, since] : asked.peers) {
        const auto found = peers_.find(other);
        if (found == peers_.end()) continue;
        // It does not matter whether we read from it: the peer can prevent that.
        const auto silent = now - std::max(since, found->second.last_block);
        if (silent < stall_timeout_) return false;
        if (silent >= limits::block_asker_timeout) continue;
        if (places > 0) --places;
        if (!found->second.trusted && untrusted_places > 0) --untrusted_places;
    }
    return peers_.at(peer).trusted ? places > 0 : places > 0 && untrusted_places > 0;
}

/// True if `peer` should have this block: it has not sent notfound, and the block is not older than
/// such a peer keeps. A peer that may have older blocks is tried if no other peer has the block.
bool BlockDownload::is_promised(PeerId peer, const BlockEntry& block, Time now) const {
    const auto& state = peers_.at(peer);
    const bool is_recent = state.keeps == Keeps::all ||
                           block.height >= state.best_known->height - limits::limited_peer_blocks;
    if (const auto said = state.not_here.find(block.hash); said != state.not_here.end())
        return is_recent && now - said->second >= limits::not_here_age;
    if (is_recent) return true;
    if (state.keeps == Keeps::recent) return false;
    return std::ranges::none_of(peers_, [&](const auto& item) {
        const auto& other = item.second;
        return other.keeps == Keeps::all && other.best_known &&
               block.is_ancestor_of(*other.best_known) && !other.not_here.contains(block.hash);
    });
}

void BlockDownload::scan_window(PeerId peer, const chain::ChainView& view, Time now, Scan& scan) {
    auto& state = peers_.at(peer);
    const auto& best = *state.best_known;
    if (!state.last_common) state.last_common = view.at(std::min(best.height, view.height()));
    state.last_common = last_common_ancestor(state.last_common, &best);

    Height window_end = state.last_common->height + limits::block_window;
    Height last = std::min(best.height, window_end + 1);
    bool contiguous = true;
    std::vector<const BlockEntry*> path;
    for (Height below = state.last_common->height; below < last;) {
        const Height count = std::min(last - below, scan_step);
        path.resize(static_cast<std::size_t>(count));
        const auto* entry = best.ancestor(below + count);
        for (auto slot = path.rbegin(); slot != path.rend(); ++slot, entry = entry->previous)
            *slot = entry;
        below += count;
        for (const auto* block : path) {
            if (block->is_failed()) return;
            // A pruned block is needed again if it is not on our chain.
            if (block->has(chain::has_data) || (block->is_pruned() && view.contains(*block))) {
                contiguous = contiguous && block->chain_tx_count.load() > 0;
                if (contiguous) {
                    state.last_common = block;
                    window_end = block->height + limits::block_window;
                    last = std::min(best.height, window_end + 1);
                }
                continue;
            }
            contiguous = false;
            if (block->height > window_end) {
                scan.window_ends = true;
                return;
            }
            const auto asked = asked_.find(block->hash);
            if (!is_promised(peer, *block, now)) continue;
            if (asked == asked_.end()) {
                scan.wanted.push_back(block);
                if (scan.wanted.size() >= scan.room) return;
                continue;
            }
            if (!std::exchange(scan.seen_asked, true) && asked->second.being_checked == 0)
                scan.first_asked = asked->second.peers.front().peer;
            if (scan.late.size() < scan.room && may_help(peer, asked->second, now))
                scan.late.push_back(block);
        }
    }
}

std::vector<const BlockEntry*> BlockDownload::take_requests(PeerId peer,
                                                            const chain::ChainView& view,
                                                            Time now) {
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return {};
    auto& state = found->second;
    if (!state.best_known || state.best_known->chainwork < view.tip().chainwork ||
        state.best_known->chainwork < options_.minimum_work ||
        state.in_flight.size() >= limits::blocks_in_flight) {
        return {};
    }
    Scan scan;
    scan.room = limits::blocks_in_flight - state.in_flight.size();
    scan_window(peer, view, now, scan);
    if (scan.wanted.empty()) {
        if (scan.window_ends && state.in_flight.empty() && scan.first_asked &&
            *scan.first_asked != peer) {
            auto& slow = peers_.at(*scan.first_asked);
            if (!slow.stalling_since) slow.stalling_since = now;
        }
        scan.wanted = std::move(scan.late);
    }
    for (const auto* block : scan.wanted)
        ask(peer, *block, now);
    return std::move(scan.wanted);
}

std::vector<const BlockEntry*> BlockDownload::take_announced(PeerId peer, const BlockEntry& last,
                                                             const chain::ChainView& view,
                                                             Time now) {
    const auto found = peers_.find(peer);
    if (found == peers_.end() || last.is_failed() || last.chainwork < view.tip().chainwork ||
        last.chainwork < options_.minimum_work) {
        return {};
    }
    std::vector<const BlockEntry*> wanted;
    std::size_t room = limits::blocks_in_flight - found->second.in_flight.size();
    const Height lowest = last.height - limits::block_window;
    for (const auto* block = &last; !view.contains(*block); block = block->previous) {
        if (block->height < lowest) return {};
        if (block->has(chain::has_data)) continue;
        wanted.push_back(block);
        if (wanted.size() > limits::blocks_in_flight) return {};  // a normal download
    }
    std::ranges::reverse(wanted);
    // The announcement says that it has them.
    for (const auto* block : wanted)
        found->second.not_here.erase(block->hash);
    std::erase_if(wanted, [&](const BlockEntry* block) {
        const auto asked = asked_.find(block->hash);
        const bool is_free = asked == asked_.end() || may_help(peer, asked->second, now);
        const bool is_wanted = is_free && room > 0;
        room -= is_wanted ? 1 : 0;
        return !is_wanted;
    });
    for (const auto* block : wanted)
        ask(peer, *block, now);
    return wanted;
}

bool BlockDownload::take_wanted(PeerId peer, const BlockEntry& entry, Time now) {
    const auto found = asked_.find(entry.hash);
    if (found != asked_.end() && found->second.has(peer)) return false;
    ask(peer, entry, now);
    return true;
}

bool BlockDownload::arrived(PeerId peer, const BlockHash& hash, Time now) {
    auto& asked = asked_[hash];
    const bool was_asked = asked.has(peer);
    ++asked.being_checked;
    if (was_asked) {
        release(peer, hash);
        peers_.at(peer).last_progress = now;
        peers_.at(peer).last_block = now;
    }
    return was_asked;
}

void BlockDownload::settled(const BlockHash& hash) {
    const auto found = asked_.find(hash);
    if (found == asked_.end()) return;
    const auto peers = std::move(found->second.peers);
    asked_.erase(found);
    for (const auto& asker : peers)
        release(asker.peer, hash);
}

void BlockDownload::copy_rejected(const BlockHash& hash) {
    const auto found = asked_.find(hash);
    if (found == asked_.end()) return;
    if (found->second.being_checked > 0) --found->second.being_checked;
    if (found->second.peers.empty() && found->second.being_checked == 0) asked_.erase(found);
}

void BlockDownload::not_found(PeerId peer, const BlockHash& hash, Time now) {
    const auto found = peers_.find(peer);
    const auto asked = asked_.find(hash);
    if (found == peers_.end() || asked == asked_.end() || !asked->second.has(peer)) return;
    // If it was stalling the window, it still is.
    const auto stalling_since = found->second.stalling_since;
    release(peer, hash);
    found->second.stalling_since = stalling_since;
    found->second.not_here[hash] = now;
}

void BlockDownload::restart_timeouts(PeerId peer, Time now) {
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return;
    found->second.stalling_since.reset();
    found->second.last_progress = now;
}

void BlockDownload::progressed() {
    const auto shorter =
        std::chrono::duration_cast<std::chrono::milliseconds>(stall_timeout_ * stall_timeout_decay);
    stall_timeout_ = std::max<std::chrono::milliseconds>(shorter, limits::stall_timeout);
}

std::vector<PeerId> BlockDownload::stallers(Time now) {
    std::vector<PeerId> out;
    std::size_t downloading = 0;
    for (const auto& [id, state] : peers_)
        downloading += state.in_flight.empty() ? 0 : 1;
    for (const auto& [id, state] : peers_) {
        if (state.in_flight.empty()) continue;
        if (state.stalling_since && now - *state.stalling_since >= stall_timeout_) {
            out.push_back(id);
            // If our own connection is slow, disconnecting one peer after another does not help.
            stall_timeout_ =
                std::min<std::chrono::milliseconds>(stall_timeout_ * 2, limits::max_stall_timeout);
            continue;
        }
        // One block interval, and half an interval for each other downloading peer, because they
        // share our connection.
        const auto timeout =
            options_.block_spacing + options_.block_spacing * static_cast<int>(downloading - 1) / 2;
        if (now - state.last_progress >= timeout) out.push_back(id);
    }
    return out;
}

std::vector<Height> BlockDownload::in_flight(PeerId peer) const {
    std::vector<Height> out;
    if (const auto found = peers_.find(peer); found != peers_.end())
        for (const auto* entry : found->second.in_flight)
            out.push_back(entry->height);
    return out;
}

}  // namespace daler::sync
