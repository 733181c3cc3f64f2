#pragma once

#include "types.h"

#include <daler/sync/peer_service.h>
#include <daler/util/random.h>
#include <daler/wire/messages.h>

#include <map>
#include <optional>

namespace daler::sync {

/// Known addresses of nodes, to connect to on public chains and to send to peers. Limited in total,
/// per network group, and per group of the senders, so that one sender cannot fill it with its own
/// addresses. A pure state machine.
class AddressBook {
public:
    explicit AddressBook(Random& random) : random_(random) {}

    /// A peer at `source` has sent the address `node`. False if it was not added.
    bool add(const wire::KnownNode& node, const wire::HostAddress& source, BlockTime now);
    /// We have tried to connect to it.
    void tried(const wire::Endpoint& endpoint, BlockTime now);
    /// We are connected to it and it speaks our protocol. Its last_seen does not change.
    void worked(const wire::Endpoint& endpoint, std::uint64_t services, BlockTime now);

    /// Chooses a node to connect to, not in the network groups in `avoid` and not tried within the
    /// last ten minutes. In half of the calls one that has worked before. If `only` is not empty,
    /// of one of these networks.
    [[nodiscard]] std::optional<wire::Endpoint> choose(const std::vector<std::string>& avoid,
                                                       BlockTime now,
                                                       std::span<const wire::Network> only = {});

    /// The connection to it has ended.
    void was_connected(const wire::Endpoint& endpoint, BlockTime now);

    /// The answer to getaddr: a random share of the entries (limits::getaddr_percent), at most
    /// `limit`, without those that are too old or have failed too often.
    [[nodiscard]] std::vector<wire::KnownNode> sample(std::size_t limit, BlockTime now);

    /// All entries, in random order.
    [[nodiscard]] std::vector<KnownAddress> all(BlockTime now);
    /// Adds an address that the user gives. False if it was not added.
    bool add_own(const wire::Endpoint& endpoint, bool has_worked, BlockTime now);

    [[nodiscard]] std::size_t size() const { return entries_.size(); }

    /// The contents of peers.dat.
    [[nodiscard]] Bytes encode() const;
    /// Replaces all entries by those of a peers.dat. False, and nothing changes, if it is damaged.
    bool decode(ByteSpan bytes);

private:
    struct Entry {
        wire::KnownNode node;
        wire::HostAddress source;  ///< of the peer that sent it first
        BlockTime last_try{};
        BlockTime last_success{};
        std::uint32_t failures = 0;  ///< tries since the last success
    };

    [[nodiscard]] static bool is_good(const Entry& entry, BlockTime now);
    [[nodiscard]] bool has_room_for(const std::string& group,
                                    const std::string& source_group) const;
    bool insert(Entry entry);
    void erase(std::map<wire::Endpoint, Entry>::iterator position);
    [[nodiscard]] bool make_room(BlockTime now);

    Random& random_;
    std::map<wire::Endpoint, Entry> entries_;
    std::map<std::string, std::size_t> per_group_;
    std::map<std::string, std::size_t> per_source_;
};

}  // namespace daler::sync
