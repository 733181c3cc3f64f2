#pragma once

#include "context.h"
#include "misbehaviour.h"
#include "orphanage.h"
#include "pooled_transactions.h"
#include "recent_blocks.h"
#include "refused_transactions.h"
#include "request_tracker.h"

namespace daler::sync {

/// Requests transactions from peers, submits them, announces and serves ours.
class TxRelay {
public:
    TxRelay(Context& context, Misbehaviour& misbehaviour);

    /// The handshake is done: sends our fee filter and announces transactions that no peer has
    /// requested yet.
    void start(Peer& peer);
    void peer_gone(const Peer& peer);
    void tick();

    // Messages.
    asio::awaitable<void> on_announced(PeerRef peer, std::vector<wire::InventoryItem> items);
    /// Submits them in their order. Ends after the verdicts; on private chains also after the
    /// orphans that waited for these transactions were tried.
    asio::awaitable<void> on_transactions(PeerRef peer, std::vector<TransactionRef> transactions);
    void on_not_found(Peer& peer, const wire::InventoryItem& item);
    /// Sends the requested transactions, and notfound for the others. Needs one job of the ledger,
    /// so the caller limits the number of items.
    asio::awaitable<void> serve(PeerRef peer, std::vector<wire::InventoryItem> items);
    /// Announces the whole mempool to a peer that may ask for it.
    void on_getmempool(Peer& peer);

    // Events of the ledger.
    void transaction_added(const TransactionRef& tx, FeeRate fee_rate);
    void transaction_removed(const TransactionRef& tx);
    void block_connected(const BlockRef& block);
    void block_disconnected(const BlockRef& block);
    void tip_changed();

    /// Announces the transaction to the peers that do not have it.
    void announce(const Txid& txid, const Wtxid& wtxid);

private:
    [[nodiscard]] bool relays(const Peer& peer) const;
    [[nodiscard]] bool has(const TxIdentifier& id) const;
    [[nodiscard]] bool may_fetch(const Peer& peer, const Wtxid& wtxid) const;
    [[nodiscard]] bool is_behind(const Peer& peer);
    void note_announcement(Peer& peer, const TxIdentifier& id);
    void request(Peer& peer);
    void enqueue(Peer& peer, const Txid& txid, const Wtxid& wtxid);
    using Ids = std::pair<Txid, Wtxid>;
    void announce_all(PeerId peer, const std::vector<Ids>& all);
    void announce_queued(Peer& peer);
    void schedule_announcements();
    void announce_due();
    [[nodiscard]] Time next_announcement(const Peer& peer);
    [[nodiscard]] Time ready_at(const Peer& peer, const TxIdentifier& id) const;
    asio::awaitable<void> submit(PeerRef peer, std::vector<TransactionRef> transactions);
    void note_arrival(Peer& peer, const SealedTransaction& tx);
    [[nodiscard]] bool is_known(const Peer& peer, const TransactionRef& tx);
    [[nodiscard]] std::optional<Orphanage::Work> find_child(PeerId sender,
                                                            const SealedTransaction& parent);
    asio::awaitable<void> submit_with_child(PeerRef peer, TransactionRef parent);
    void take_result(PeerId sender, const TransactionRef& tx, const mempool::PackageMember& member);
    [[nodiscard]] bool is_lost(const std::vector<Txid>& parents) const;
    void accepted(Peer& peer, const TransactionRef& tx, FeeRate fee_rate);
    /// Numbers of arrivals when a transaction was submitted to the ledger.
    struct Arrivals {
        std::uint64_t transactions;
        std::uint64_t blocks;
    };
    asio::awaitable<void> take_verdict(PeerRef peer, TransactionRef tx,
                                       const mempool::AcceptResult& result, const Arrivals& before);
    void keep_orphan(Peer& peer, const TransactionRef& tx, const std::vector<Txid>& parents,
                     const Arrivals& before);
    [[nodiscard]] bool has_arrived_since(const Txid& txid, const Arrivals& before) const;
    void retry_orphans();
    asio::awaitable<void> try_orphans();
    void refused(Peer& peer, const TransactionRef& tx, const mempool::Refused& why);
    void forget_requests(const SealedTransaction& tx);
    void announce_unbroadcast();
    void send_fee_filter(Peer& peer);
    void refresh_fee_filter();

    Context& context_;
    Misbehaviour& misbehaviour_;
    RequestTracker tracker_;
    Orphanage orphanage_;
    RefusedTransactions refused_;
    RecentBlocks recent_blocks_;
    PooledTransactions pool_;
    Arrivals arrivals_{};
    bool is_trying_orphans_ = false;
    net::Condition orphans_tried_;
    bool was_catching_up_ = false;
    bool announcing_ = false;
    Time next_inbound_announcement_{};
    Time next_unbroadcast_{};
    Time next_fee_filter_{};
    Time next_expiry_{};
    Amount min_fee_;
    std::size_t wtxid_peers_ = 0;
    /// Since when headers are known whose blocks are missing.
    std::optional<std::chrono::steady_clock::time_point> behind_since_;
};

}  // namespace daler::sync
