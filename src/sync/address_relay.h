#pragma once

#include "address_book.h"

#include <daler/primitives/chain_params.h>
#include "context.h"

namespace daler::sync {

/// Stores the addresses of nodes that peers send, and answers getaddr. Not used on private chains,
/// where the book stays empty.
class AddressRelay {
public:
    explicit AddressRelay(Context& context);

    /// The handshake is done.
    void start(Peer& peer);
    /// The peer speaks our protocol.
    void note_working(const Peer& peer);
    void peer_gone(const Peer& peer);
    void on_getaddr(Peer& peer);
    void on_addresses(Peer& peer, const std::vector<wire::KnownNode>& nodes);

    [[nodiscard]] AddressBook& book() { return book_; }

private:
    [[nodiscard]] bool is_in_use() const { return !context_.params.is_private; }

    [[nodiscard]] const std::vector<wire::KnownNode>& daily_sample();

    Context& context_;
    AddressBook book_;
    std::vector<wire::KnownNode> sample_;  ///< the answer for all peers
    std::optional<Time> sample_until_;
};

}  // namespace daler::sync
