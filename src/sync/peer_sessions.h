#pragma once

#include "address_relay.h"
#include "block_exchange.h"
#include "connector.h"
#include "handshake.h"
#include "tx_relay.h"

namespace daler::sync {

/// Runs a session for each peer: reads its messages and passes them to the parts of this module.
/// Owns those parts. Net thread only; PeerManager is the interface for other threads.
class PeerSessions {
public:
    PeerSessions(ledger::Ledger& ledger, const Clock& clock, ThreadPool& workers,
                 SyncOptions options, asio::any_io_executor executor);

    [[nodiscard]] Result<void, std::string> start();
    /// Closes all connections; the coroutines end soon after.
    void stop();

    // Events of the ledger.
    void block_connected(const chain::BlockEntry& entry, const BlockRef& block);
    void block_disconnected(const BlockRef& block);
    void block_refused(const chain::BlockEntry& entry, const consensus::Rejection& rejection);
    void tip_changed(const std::shared_ptr<const chain::ChainView>& view);
    void blocks_forgotten() { blocks_.blocks_forgotten(); }
    void transaction_added(const TransactionRef& tx, FeeRate fee_rate);
    void transaction_removed(const TransactionRef& tx);

    // For PeerService.
    [[nodiscard]] std::vector<PeerInfo> peers() const;
    [[nodiscard]] NetworkTotals totals() const;
    void ban(const wire::Subnet& subnet, std::optional<BlockTime> until);
    [[nodiscard]] BanList& bans() { return context_.bans; }
    bool disconnect(const std::string& address);
    bool disconnect(PeerId id);
    Result<LinkInfo, std::string> set_link(const std::string& peer, std::optional<bool> up);
    [[nodiscard]] std::vector<LinkInfo> links() const;
    [[nodiscard]] bool lacks_blocks() const { return blocks_.lacks_source(); }
    Result<void, std::string> fetch_block(PeerId id, const chain::BlockEntry& entry);
    bool send_message(PeerId id, const std::string& command, Bytes payload);
    void ping();
    void advance_timers(std::chrono::seconds time);
    [[nodiscard]] Connector& connector() { return connector_; }
    [[nodiscard]] TxRelay& transactions() { return transactions_; }
    [[nodiscard]] AddressBook& address_book() { return addresses_.book(); }
    [[nodiscard]] const std::string& user_agent() const { return handshake_.user_agent(); }

private:
    [[nodiscard]] std::vector<LinkedNode> known_nodes() const;
    Result<LinkInfo, std::string> cut_link(LinkedNode node, std::span<const LinkedNode> all);
    void begin_session(PeerRef peer);
    asio::awaitable<void> run_session(PeerRef peer);
    asio::awaitable<void> read_messages(PeerRef peer);
    asio::awaitable<void> refuse_other_chain(PeerRef peer);
    asio::awaitable<std::optional<wire::Message>> decode(PeerRef peer, net::RawMessage raw);
    asio::awaitable<void> handle(PeerRef peer, wire::Message message);
    bool handle_handshake(Peer& peer, const wire::Message& message);
    void handle_at_once(Peer& peer, const wire::Message& message);
    asio::awaitable<void> handle_transactions(PeerRef peer, TransactionRef first);
    asio::awaitable<void> handle_getdata(PeerRef peer, wire::GetData message);
    asio::awaitable<void> wait_for_verdicts(PeerRef peer);
    asio::awaitable<void> handle_inventory(PeerRef peer, wire::Inventory message);
    asio::awaitable<void> handle_not_found(PeerRef peer, wire::NotFound message);
    void handle_pong(Peer& peer, const wire::Pong& message);
    [[nodiscard]] BlockDownload::Keeps kept_blocks(const Peer& peer) const;
    void handshake_done(Peer& peer);
    void end_session(Peer& peer);

    asio::awaitable<void> run_clock();
    void tick();
    void check_timeouts(Peer& peer, Time now);
    void send_ping(Peer& peer);
    [[nodiscard]] PeerInfo describe(const Peer& peer) const;

    Context context_;
    Misbehaviour misbehaviour_;
    BlockDownload download_;
    Handshake handshake_;
    HeaderSync headers_;
    BlockExchange blocks_;
    TxRelay transactions_;
    AddressRelay addresses_;
    Connector connector_;
    net::Condition clock_tick_;
    NetworkTotals closed_totals_;  ///< of closed connections
};

}  // namespace daler::sync
