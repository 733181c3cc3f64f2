#include "tx_relay.h"
#include "turns.h"

#include <daler/util/storage_error.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

namespace daler::sync {
namespace {

constexpr double inbound_announcement_mean = 5.0;   // seconds, shared by all inbound peers
constexpr double outbound_announcement_mean = 2.0;  // seconds, for each outbound peer
constexpr std::chrono::minutes unbroadcast_jitter{5};
constexpr std::chrono::seconds expiry_interval{60};
constexpr std::chrono::seconds longest_wait_for_blocks{10};

/// The fee filter while we are catching up: no transaction can pay that much.
constexpr Amount unpayable_fee_rate = max_money;

bool is_in(const std::vector<TransactionRef>& transactions, const Wtxid& wtxid) {
    return std::ranges::any_of(transactions, [&](const auto& tx) { return tx->wtxid == wtxid; });
}

std::chrono::milliseconds seconds_to_ms(double seconds) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

}  // namespace

TxRelay::TxRelay(Context& context, Misbehaviour& misbehaviour)
    : context_(context),
      misbehaviour_(misbehaviour),
      tracker_(context.random),
      orphanage_(context.options.max_orphans),
      refused_(context.random),
      recent_blocks_(context.random),
      orphans_tried_(context.executor),
      min_fee_(context.options.min_relay_fee_rate.per_kvb) {
    was_catching_up_ = context.is_catching_up();
    next_unbroadcast_ = context.now() + limits::unbroadcast_interval;
    next_fee_filter_ = context.now() + limits::fee_filter_interval;
}

/// True if transactions are announced to `peer`.
bool TxRelay::relays(const Peer& peer) const {
    return peer.is_ready() && peer.wants_transactions;
}

bool TxRelay::has(const TxIdentifier& id) const {
    if (refused_.contains(id) || recent_blocks_.confirms(id.hash)) return true;
    if (!id.is_wtxid) return pool_.contains(id.hash.as<Txid>());
    const auto wtxid = id.hash.as<Wtxid>();
    return pool_.contains(wtxid) || orphanage_.contains(wtxid);
}

void TxRelay::start(Peer& peer) {
    peer.ready_since = std::chrono::steady_clock::now();
    if (peer.wants_wtxids) ++wtxid_peers_;
    if (!peer.wants_transactions) return;
    send_fee_filter(peer);
    if (context_.skips_delays()) announce_unbroadcast();
}

void TxRelay::peer_gone(const Peer& peer) {
    if (peer.handshake_done && peer.wants_wtxids) --wtxid_peers_;
    tracker_.peer_gone(peer.id, context_.now());
    orphanage_.peer_gone(peer.id);
    for (const auto& [id, other] : context_.peers)
        request(*other);
}

void TxRelay::tick() {
    const auto now = context_.now();
    for (const auto& [id, peer] : context_.peers)
        request(*peer);
    announce_due();
    if (now >= next_unbroadcast_) {
        next_unbroadcast_ = now + limits::unbroadcast_interval +
                            std::chrono::seconds(context_.random.below(
                                std::chrono::seconds(unbroadcast_jitter).count()));
        announce_unbroadcast();
    }
    if (now >= next_fee_filter_) {
        next_fee_filter_ = now + limits::fee_filter_interval;
        refresh_fee_filter();
    }
    if (now >= next_expiry_) {
        next_expiry_ = now + expiry_interval;
        orphanage_.expire(now);
    }
}

// Transactions of peers.

Time TxRelay::ready_at(const Peer& peer, const TxIdentifier& id) const {
    auto when = context_.now();
    if (context_.skips_delays()) return when;
    if (peer.is_inbound() && !peer.may(permission_noban)) when += limits::inbound_delay;
    if (!id.is_wtxid && wtxid_peers_ > 0) when += limits::txid_delay;
    if (tracker_.in_flight(peer.id) >= limits::requests_in_flight && !peer.may(permission_relay))
        when += limits::busy_delay;
    return when;
}

asio::awaitable<void> TxRelay::on_announced(PeerRef peer, std::vector<wire::InventoryItem> items) {
    if (!context_.takes_transactions(*peer)) {
        log::debug(log::Category::net, "{} announces transactions, which we do not accept",
                   label(*peer));
        peer->connection->close();
        co_return;
    }
    if (context_.is_catching_up()) co_return;
    TurnCounter turn;
    for (const auto& item : items) {
        if (turn.is_over()) co_await next_turn();
        if (!peer->is_ready()) co_return;
        const bool is_wtxid = item.type == wire::InventoryType::wtx;
        if (is_wtxid != peer->wants_wtxids) continue;
        peer->known_transactions.insert(item.hash.bytes);
        const TxIdentifier id{item.hash, is_wtxid};
        // It is not fetched again for its own sake. A child that needs it asks for it.
        if (!refused_.is_underpaid(id)) note_announcement(*peer, id);
    }
    request(*peer);
}

/// Notes that `peer` has this transaction. It will be requested unless it is known.
void TxRelay::note_announcement(Peer& peer, const TxIdentifier& id) {
    if (has(id)) return;
    const bool preferred = !peer.is_inbound() || peer.may(permission_noban);
    const auto bound =
        peer.may(permission_relay) ? RequestTracker::Bound::none : RequestTracker::Bound::usual;
    tracker_.announced(peer.id, id, preferred, ready_at(peer, id), bound);
}

/// For private chains, which have no initial block download: true while known blocks are still
/// missing. A transaction that arrives before the coins that it spends would be lost.
bool TxRelay::is_behind(const Peer& peer) {
    const auto view = context_.view();
    const auto now = std::chrono::steady_clock::now();
    if (view->best_header().height <= view->height())
        behind_since_.reset();
    else if (!behind_since_)
        behind_since_ = now;
    // A new peer may have blocks whose headers we do not have yet. The wait is limited, because the
    // blocks may never come.
    const bool peer_is_ahead =
        peer.start_height > view->height() && now - peer.ready_since < longest_wait_for_blocks;
    return peer_is_ahead || (behind_since_ && now - *behind_since_ < longest_wait_for_blocks);
}

void TxRelay::request(Peer& peer) {
    if (!peer.is_ready() || (context_.skips_delays() && is_behind(peer))) return;
    wire::GetData message;
    const auto now = context_.now();
    for (const auto& id : tracker_.take_requests(peer.id, now)) {
        if (has(id)) {
            tracker_.forget(id.hash);
            continue;
        }
        const auto type = id.is_wtxid ? wire::InventoryType::wtx
                          : (peer.services & wire::service::witness) != 0
                              ? wire::InventoryType::witness_tx
                              : wire::InventoryType::tx;
        message.items.push_back({type, id.hash});
    }
    if (!message.items.empty()) peer.send(message);
}

void TxRelay::on_not_found(Peer& peer, const wire::InventoryItem& item) {
    tracker_.answered(peer.id, item.hash, context_.now());
}

void TxRelay::forget_requests(const SealedTransaction& tx) {
    tracker_.forget(tx.txid.as<Hash256>());
    tracker_.forget(tx.wtxid.as<Hash256>());
}

void TxRelay::note_arrival(Peer& peer, const SealedTransaction& tx) {
    for (const auto& id : {tx.wtxid.as<Hash256>(), tx.txid.as<Hash256>()}) {
        peer.known_transactions.insert(id.bytes);
        tracker_.answered(peer.id, id, context_.now());
    }
}

/// True for a transaction that need not be submitted.
bool TxRelay::is_known(const Peer& peer, const TransactionRef& tx) {
    if (!has(TxIdentifier::of(tx->wtxid))) return false;
    if (peer.may(permission_forcerelay) && pool_.contains(tx->wtxid)) announce(tx->txid, tx->wtxid);
    if (orphanage_.contains(tx->wtxid)) orphanage_.add(tx, peer.id, context_.now());
    return true;
}

asio::awaitable<void> TxRelay::on_transactions(PeerRef peer,
                                               std::vector<TransactionRef> transactions) {
    if (!context_.takes_transactions(*peer)) {
        peer->connection->close();
        co_return;
    }
    if (context_.is_catching_up()) co_return;
    std::vector<TransactionRef> fresh;
    for (auto& tx : transactions) {
        note_arrival(*peer, *tx);
        const bool is_underpaid = refused_.is_underpaid(TxIdentifier::of(tx->wtxid));
        // What becomes of this one depends on the verdicts before it.
        if (is_underpaid || is_in(fresh, tx->wtxid))
            co_await submit(peer, std::exchange(fresh, {}));
        if (is_known(*peer, tx)) continue;
        if (is_underpaid)
            co_await submit_with_child(peer, std::move(tx));
        else
            fresh.push_back(std::move(tx));
    }
    co_await submit(peer, std::move(fresh));
    // On a private chain a pong also means that the orphans were tried. On other chains a peer does
    // not wait for orphans of other peers.
    while (context_.skips_delays() && is_trying_orphans_ && peer->connection->is_open())
        co_await orphans_tried_.wait();
}

asio::awaitable<void> TxRelay::submit(PeerRef peer, std::vector<TransactionRef> transactions) {
    if (transactions.empty()) co_return;
    const auto before = arrivals_;
    const auto results = co_await context_.ledger.accept(transactions);
    for (std::size_t i = 0; i < results.size(); ++i)
        co_await take_verdict(peer, transactions[i], results[i], before);
}

asio::awaitable<void> TxRelay::take_verdict(PeerRef peer, TransactionRef tx,
                                            const mempool::AcceptResult& result,
                                            const Arrivals& before) {
    if (result) {
        accepted(*peer, tx, FeeRate::of(result->fee, result->vsize));
    } else if (result.error().rejection.reason == consensus::Reason::inputs_missing_or_spent &&
               !result.error().missing_parents.empty()) {
        keep_orphan(*peer, tx, result.error().missing_parents, before);
    } else {
        refused(*peer, tx, result.error());
        if (result.error().may_pass_in_package) co_await submit_with_child(peer, std::move(tx));
    }
}

void TxRelay::accepted(Peer& peer, const TransactionRef& tx, FeeRate fee_rate) {
    // The ledger's own event may arrive later.
    transaction_added(tx, fee_rate);
    peer.last_transaction = context_.clock.now();
    orphanage_.erase(tx->wtxid);
}

/// True if the transaction was added to the mempool or confirmed after `before`.
bool TxRelay::has_arrived_since(const Txid& txid, const Arrivals& before) const {
    if (const auto pooled = pool_.find(txid)) return pooled->arrival > before.transactions;
    return arrivals_.blocks > before.blocks && recent_blocks_.confirms(txid.as<Hash256>());
}

void TxRelay::keep_orphan(Peer& peer, const TransactionRef& tx, const std::vector<Txid>& parents,
                          const Arrivals& before) {
    forget_requests(*tx);
    // If the peer has disconnected, the parents cannot be requested.
    if (!context_.peers.contains(peer.id)) {
        orphanage_.erase(tx->wtxid);
        return;
    }
    if (is_lost(parents) || !orphanage_.add(tx, peer.id, context_.now())) {
        refused_.remember_child(*tx);
        orphanage_.erase(tx->wtxid);
        return;
    }
    for (const auto& parent : parents) {
        peer.known_transactions.insert(parent.bytes);
        note_announcement(peer, TxIdentifier::of(parent));
        if (has_arrived_since(parent, before)) orphanage_.retry(tx->wtxid);
    }
    request(peer);
    retry_orphans();
}

void TxRelay::refused(Peer& peer, const TransactionRef& tx, const mempool::Refused& why) {
    log::debug(log::Category::mempoolrej, "{} (wtxid={}) from peer={} was not accepted: {}",
               tx->txid.to_hex(), tx->wtxid.to_hex(), peer.id, to_text(why.rejection));
    orphanage_.erase(tx->wtxid);
    forget_requests(*tx);
    refused_.remember(*tx, why);
    // Another node may have stripped the witness.
    if (why.witness_stripped) return;
    if (transaction_blame(why.rejection.reason) == consensus::Blame::invalid)
        misbehaviour_.punish(peer, to_text(why.rejection));
}

/// Tries the orphans whose parents have arrived, of all peers.
void TxRelay::retry_orphans() {
    if (!orphanage_.has_work() || std::exchange(is_trying_orphans_, true)) return;
    asio::co_spawn(context_.executor, try_orphans(), asio::detached);
}

asio::awaitable<void> TxRelay::try_orphans() {
    try {
        while (!context_.stopping) {
            const auto work = orphanage_.take_work();
            if (!work) break;
            const auto sender = context_.peers.find(work->peer);
            if (sender == context_.peers.end()) {
                orphanage_.erase(work->tx->wtxid);
                continue;
            }
            std::vector<TransactionRef> one{work->tx};
            co_await submit(sender->second, std::move(one));
        }
    } catch (const std::exception& error) {
        // An error of the disk: the ledger has reported it, and the node is about to stop.
        log::debug(log::Category::mempool, "Orphans are not tried: {}", error.what());
    }
    is_trying_orphans_ = false;
    orphans_tried_.notify();
}

// Transactions of the mempool.

void TxRelay::transaction_added(const TransactionRef& tx, FeeRate fee_rate) {
    if (pool_.contains(tx->wtxid)) return;
    pool_.add(*tx, {fee_rate, ++arrivals_.transactions});
    forget_requests(*tx);
    announce(tx->txid, tx->wtxid);
    orphanage_.parent_arrived(*tx, tx->txid);
    retry_orphans();
}

void TxRelay::transaction_removed(const TransactionRef& tx) {
    pool_.erase(tx->txid);
}

void TxRelay::block_connected(const BlockRef& block) {
    recent_blocks_.connected(block);
    for (const auto& tx : block->transactions) {
        forget_requests(*tx);
        pool_.erase(tx->txid);
    }
    ++arrivals_.blocks;
    orphanage_.block_connected(*block);
    for (const auto& tx : block->transactions)
        orphanage_.parent_arrived(*tx, tx->txid);
    retry_orphans();
}

void TxRelay::block_disconnected(const BlockRef& block) {
    recent_blocks_.disconnected(block);
}

void TxRelay::tip_changed() {
    // Refused transactions may be valid on the new chain.
    refused_.clear();
    // Peers announce transactions only after a lower fee filter.
    if (std::exchange(was_catching_up_, context_.is_catching_up()) && !was_catching_up_)
        refresh_fee_filter();
    for (const auto& [id, peer] : context_.peers)
        request(*peer);
}

void TxRelay::announce(const Txid& txid, const Wtxid& wtxid) {
    for (const auto& [id, peer] : context_.peers)
        enqueue(*peer, txid, wtxid);
    schedule_announcements();
}

void TxRelay::enqueue(Peer& peer, const Txid& txid, const Wtxid& wtxid) {
    if (!relays(peer) || peer.to_announce.size() >= limits::pending_announcements) return;
    const auto id = peer.wants_wtxids ? wtxid.as<Hash256>() : txid.as<Hash256>();
    if (!peer.known_transactions.contains(id.bytes)) peer.to_announce.push_back(id);
}

/// Peers without delays get the announcements of one turn of the event loop in one message.
void TxRelay::schedule_announcements() {
    if (std::exchange(announcing_, true)) return;
    asio::post(context_.executor, [this] {
        announcing_ = false;
        announce_due();
    });
}

/// On public networks random delays hide where a transaction came from.
Time TxRelay::next_announcement(const Peer& peer) {
    const auto now = context_.now();
    if (!peer.is_inbound())
        return now + seconds_to_ms(context_.random.exponential(outbound_announcement_mean));
    if (next_inbound_announcement_ <= now) {
        next_inbound_announcement_ =
            now + seconds_to_ms(context_.random.exponential(inbound_announcement_mean));
    }
    return next_inbound_announcement_;
}

void TxRelay::announce_due() {
    for (const auto& [id, peer] : context_.peers) {
        if (!relays(*peer)) continue;
        if (context_.skips_delays() || peer->may(permission_noban)) {
            announce_queued(*peer);
        } else if (context_.now() >= peer->next_announcement) {
            announce_queued(*peer);
            peer->next_announcement = next_announcement(*peer);
        }
    }
}

void TxRelay::announce_queued(Peer& peer) {
    wire::Inventory message;
    while (!peer.to_announce.empty() && !peer.connection->is_full()) {
        const TxIdentifier id{peer.to_announce.front(), peer.wants_wtxids};
        peer.to_announce.pop_front();
        const auto pooled =
            id.is_wtxid ? pool_.find(id.hash.as<Wtxid>()) : pool_.find(id.hash.as<Txid>());
        if (!pooled || pooled->fee_rate.per_kvb < peer.fee_filter) continue;
        if (peer.known_transactions.contains(id.hash.bytes)) continue;
        peer.known_transactions.insert(id.hash.bytes);
        message.items.push_back(
            {id.is_wtxid ? wire::InventoryType::wtx : wire::InventoryType::tx, id.hash});
        if (message.items.size() < limits::transactions_per_inv) continue;
        peer.send(message);
        message.items.clear();
    }
    peer.announced_up_to = arrivals_.transactions;
    if (!message.items.empty()) peer.send(message);
}

/// Announces local transactions that no peer has requested yet again, to peers that do not know
/// them: parents before children, which a peer could not use without them.
void TxRelay::announce_unbroadcast() {
    context_.ledger.post([this, executor = context_.executor](ledger::State& state) {
        std::vector<mempool::EntryDetails> transactions;
        for (const auto& txid : state.mempool.unbroadcast())
            if (auto entry = state.mempool.entry(txid)) transactions.push_back(std::move(*entry));
        if (transactions.empty()) return;
        std::ranges::stable_sort(transactions, {}, &mempool::EntryDetails::ancestor_count);
        asio::post(executor, [this, transactions = std::move(transactions)] {
            for (const auto& tx : transactions)
                announce(tx.txid, tx.wtxid);
        });
    });
}

void TxRelay::send_fee_filter(Peer& peer) {
    if (peer.version < wire::fee_filter_version || peer.may(permission_forcerelay) ||
        context_.options.blocks_only) {
        return;
    }
    const auto wanted = context_.is_catching_up() ? unpayable_fee_rate : min_fee_;
    if (wanted == peer.fee_filter_sent) return;
    peer.fee_filter_sent = wanted;
    peer.send(wire::FeeFilter{wanted});
}

void TxRelay::refresh_fee_filter() {
    context_.ledger.post([this, executor = context_.executor](ledger::State& state) {
        const auto rate = state.mempool.min_fee(state.clock.now()).per_kvb;
        asio::post(executor, [this, rate] {
            min_fee_ = std::max(rate, context_.options.min_relay_fee_rate.per_kvb);
            for (const auto& [id, peer] : context_.peers)
                if (relays(*peer)) send_fee_filter(*peer);
        });
    });
}

}  // namespace daler::sync
