#pragma once

#include "block_download.h"
#include "context.h"
#include "misbehaviour.h"

namespace daler::sync {

/// Learns headers from peers and tells them ours.
class HeaderSync {
public:
    HeaderSync(Context& context, BlockDownload& download, Misbehaviour& misbehaviour)
        : context_(context), download_(download), misbehaviour_(misbehaviour) {}

    /// The handshake is done: ask for headers, if it is this peer's turn.
    void start(Peer& peer);
    void peer_gone(const Peer& peer);
    void tick();

    /// Asks for the headers behind `from`, unless an answer is still to come.
    void request(Peer& peer, const chain::BlockEntry& from);
    /// `peer` has a block whose header we do not know (or do): learns or remembers it. The block's
    /// entry, if it is known.
    const chain::BlockEntry* peer_announced(Peer& peer, const BlockHash& hash);

    /// The last header that was accepted; null if none.
    asio::awaitable<const chain::BlockEntry*> on_headers(PeerRef peer, wire::Headers message);
    void on_getheaders(Peer& peer, const wire::GetHeaders& message);
    void on_getblocks(Peer& peer, const wire::GetBlocks& message);

    /// The work below which a chain's headers are not stored.
    [[nodiscard]] U256 work_gate() const;

private:
    [[nodiscard]] bool check_alone(Peer& peer, const std::vector<BlockHeader>& headers);
    [[nodiscard]] bool passes_gate(Peer& peer, std::vector<BlockHeader>& headers, bool is_full);
    [[nodiscard]] bool run_presync(Peer& peer, std::vector<BlockHeader>& headers, bool is_full);
    [[nodiscard]] bool is_full() const;
    void fetch_without_headers(Peer& peer, const std::vector<BlockHeader>& headers);
    asio::awaitable<const chain::BlockEntry*> accept(PeerRef peer, std::vector<BlockHeader> headers,
                                                     bool may_have_more);
    void judge(Peer& peer, const consensus::Rejection& rejection);
    void send_request(Peer& peer, std::vector<BlockHash> locator);
    [[nodiscard]] bool is_current() const;

    Context& context_;
    BlockDownload& download_;
    Misbehaviour& misbehaviour_;
    std::optional<PeerId> sync_peer_;  ///< while far behind: the one whose headers we read
    Time sync_started_{};
};

}  // namespace daler::sync
