#pragma once

#include "types.h"

#include <daler/primitives/salted_hasher.h>
#include <daler/util/random.h>
#include <daler/wire/limits.h>

#include <set>
#include <unordered_map>

namespace daler::sync {

/// Decides whom to ask for which announced transaction, and when to ask somebody else. Each
/// transaction is asked from one peer at a time: preferred (outbound) ones first, otherwise by lot,
/// so that nobody can make sure to be the one who is asked. A pure state machine; the cost of a
/// step does not depend on how much a peer has announced.
class RequestTracker {
public:
    explicit RequestTracker(Random& random) : random_(random) {}

    enum class Bound : std::uint8_t { usual, none };

    /// `peer` says it has `tx`, which may be asked for from `ready_at` on. Ignored if that peer has
    /// announced it already, or has too many announcements open (limits::announcements) and is not
    /// free of that bound.
    void announced(PeerId peer, const TxIdentifier& tx, bool preferred, Time ready_at,
                   Bound bound = Bound::usual);

    /// What to ask `peer` for now, at most limits::transactions_per_getdata. The requests count as
    /// made; they expire after limits::request_timeout.
    [[nodiscard]] std::vector<TxIdentifier> take_requests(PeerId peer, Time now);

    /// `peer` has answered (with the transaction or with notfound); it is not asked again for it.
    void answered(PeerId peer, const Hash256& hash, Time now);
    /// Nobody needs to be asked for it any more: we have it, or do not want it.
    void forget(const Hash256& hash);
    void peer_gone(PeerId peer, Time now);

    [[nodiscard]] std::size_t announcements(PeerId peer) const;
    [[nodiscard]] std::size_t in_flight(PeerId peer) const;
    [[nodiscard]] bool is_requested_from(PeerId peer, const Hash256& hash) const;
    /// Announcements of all peers.
    [[nodiscard]] std::size_t size() const;
    /// Compares every count with the items behind it; ensure() fails if they disagree. For tests.
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
        std::set<std::pair<std::uint64_t, Hash256>> chosen;  ///< by lot: what to ask next
        std::set<Hash256> known;
    };

    void advance(Time now);
    /// Chooses whom to ask next, if nobody is being asked; forgets the item if nobody is left.
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
