#pragma once

#include "block_download.h"
#include "context.h"
#include "misbehaviour.h"

namespace daler::sync {

/// Requests headers from peers and serves ours.
class HeaderSync {
public:
    HeaderSync(Context& context, BlockDownload& download, Misbehaviour& misbehaviour)
        : context_(context), download_(download), misbehaviour_(misbehaviour) {}

    /// The handshake is done: requests headers, but while far behind only from one peer.
    void start(Peer& peer);
    void peer_gone(const Peer& peer);
    void tick();

    /// Requests the headers after `from`, unless an answer is still expected.
    void request(Peer& peer, const chain::BlockEntry& from);
    /// `peer` has announced this block. Returns its entry; null if the header is not known yet,
    /// which is then requested.
    const chain::BlockEntry* peer_announced(Peer& peer, const BlockHash& hash);

    /// `header` of `peer` was refused because it is from the future: says so in the log, once, and
    /// requests it again when its time has come.
    void refused_as_future(Peer& peer, const BlockHeader& header);

    /// The last header that was accepted; null if none.
    asio::awaitable<const chain::BlockEntry*> on_headers(PeerRef peer, wire::Headers message);
    void on_getheaders(Peer& peer, const wire::GetHeaders& message);
    void on_getblocks(Peer& peer, const wire::GetBlocks& message);

    /// Headers of chains with less work are not stored.
    [[nodiscard]] U256 work_gate() const;

private:
    [[nodiscard]] bool check_alone(Peer& peer, const std::vector<BlockHeader>& headers);
    [[nodiscard]] bool passes_gate(Peer& peer, std::vector<BlockHeader>& headers, bool is_full);
    [[nodiscard]] bool run_presync(Peer& peer, std::vector<BlockHeader>& headers, bool is_full);
    [[nodiscard]] bool runs_another_chain(Peer& peer, const BlockHash& unknown_parent);
    [[nodiscard]] bool is_full() const;
    void fetch_without_headers(Peer& peer, const std::vector<BlockHeader>& headers);
    asio::awaitable<const chain::BlockEntry*> accept(PeerRef peer, std::vector<BlockHeader> headers,
                                                     bool may_have_more);
    void headers_ended(Peer& peer);
    void judge(Peer& peer, const consensus::Rejection& rejection);
    void ask_again_for_future_headers();
    void send_request(Peer& peer, std::vector<BlockHash> locator);
    [[nodiscard]] bool is_current() const;

    Context& context_;
    BlockDownload& download_;
    Misbehaviour& misbehaviour_;
    std::optional<PeerId> sync_peer_;  ///< while far behind: the only peer whose headers we request
    Time sync_started_{};
};

}  // namespace daler::sync
