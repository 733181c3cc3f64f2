#pragma once

#include "types.h"

#include <daler/primitives/salted_hasher.h>
#include <daler/util/random.h>
#include <daler/wire/limits.h>

#include <set>
#include <unordered_map>

namespace daler::sync {

/// Decides from which peer to request an announced transaction, and when to request it from another
/// one. A transaction is requested from one peer at a time: first from preferred (outbound) peers,
/// otherwise in random order, so that a peer cannot make sure that it is asked. A pure state
/// machine. The cost of a step does not depend on the number of announcements of a peer.
class RequestTracker {
public:
    explicit RequestTracker(Random& random) : random_(random) {}

    enum class Bound : std::uint8_t { usual, none };

    /// `peer` has announced `tx`, which may be requested from it from `ready_at` on. Ignored if it
    /// has announced it before, or has too many open announcements (limits::announcements) and
    /// `bound` is `usual`.
    void announced(PeerId peer, const TxIdentifier& tx, bool preferred, Time ready_at,
                   Bound bound = Bound::usual);

    /// The transactions to request from `peer` now, at most limits::transactions_per_getdata. They
    /// count as requested; a request expires after limits::request_timeout.
    [[nodiscard]] std::vector<TxIdentifier> take_requests(PeerId peer, Time now);

    /// `peer` has answered with the transaction or with notfound; it is not asked again.
    void answered(PeerId peer, const Hash256& hash, Time now);
    /// It need not be requested any more: we have it, or do not need it.
    void forget(const Hash256& hash);
    void peer_gone(PeerId peer, Time now);

    [[nodiscard]] std::size_t announcements(PeerId peer) const;
    [[nodiscard]] std::size_t in_flight(PeerId peer) const;
    [[nodiscard]] bool is_requested_from(PeerId peer, const Hash256& hash) const;
    /// Announcements of all peers.
    [[nodiscard]] std::size_t size() const;
    /// Compares the counters with the contents; ensure() fails if they disagree. For tests.
    void check() const;

private:
    enum class State : std::uint8_t { waiting, ready, chosen, requested, done };
    struct Announcement {
        PeerId peer;
        State state;
        bool preferred;
        bool is_wtxid;
        std::uint64_t lot;
        Time when;  ///< ready_at while waiting, the expiry while requested
    };
    using Item = std::vector<Announcement>;
    struct PeerState {
        std::size_t announcements = 0;
        std::size_t in_flight = 0;
        std::set<std::pair<std::uint64_t, Hash256>> chosen;  ///< to be requested next, by lot
        std::set<Hash256> known;
    };

    void advance(Time now);
    /// Chooses the next peer to ask, if no request is open; removes the item if no peer is left.
    void choose(const Hash256& hash);
    void drop_announcement(const Hash256& hash, Item& item, std::size_t index);
    void erase(const Hash256& hash);
    [[nodiscard]] Announcement* find(PeerId peer, const Hash256& hash);

    Random& random_;
    std::unordered_map<Hash256, Item, SaltedHasher> items_;
    std::unordered_map<PeerId, PeerState> peers_;
    /// When an announcement becomes ready or a request expires.
    std::set<std::tuple<Time, Hash256, PeerId>> timeline_;
};

}  // namespace daler::sync
