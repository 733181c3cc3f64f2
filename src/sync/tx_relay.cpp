#include "tx_relay.h"

#include <boost/asio/post.hpp>

namespace daler::sync {
namespace {

constexpr double inbound_announcement_mean = 5.0;   // seconds, shared by all inbound peers
constexpr double outbound_announcement_mean = 2.0;  // seconds, for each outbound peer
constexpr std::chrono::minutes unbroadcast_jitter{5};
constexpr std::chrono::seconds expiry_interval{60};
constexpr std::chrono::seconds longest_wait_for_blocks{10};

/// What to announce to peers while we are catching up: nothing can pay that much.
constexpr Amount nothing_wanted = max_money;

std::chrono::milliseconds seconds_to_ms(double seconds) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

}  // namespace

TxRelay::TxRelay(Context& context, Misbehaviour& misbehaviour)
    : context_(context),
      misbehaviour_(misbehaviour),
      tracker_(context.random),
      rejected_(limits::rejected_transactions / 2, context.random),
      confirmed_(limits::confirmed_transactions / 2, context.random),
      min_fee_(context.options.min_relay_fee_rate.per_kvb) {
    next_unbroadcast_ = context.now() + limits::unbroadcast_interval;
    next_fee_filter_ = context.now() + limits::fee_filter_interval;
}

/// True if transactions go to and fro between us and `peer`.
bool TxRelay::relays(const Peer& peer) const {
    return peer.is_ready() && peer.wants_transactions;
}

bool TxRelay::has(const TxIdentifier& id) const {
    if (rejected_.contains(id.hash.bytes) || confirmed_.contains(id.hash.bytes)) return true;
    if (!id.is_wtxid) return pool_by_txid_.contains(id.hash.as<Txid>());
    const auto wtxid = id.hash.as<Wtxid>();
    return pool_.contains(wtxid) || orphanage_.contains(wtxid);
}

void TxRelay::start(Peer& peer) {
    peer.ready_since = std::chrono::steady_clock::now();
    if (peer.wants_wtxids) ++wtxid_peers_;
    if (!peer.wants_transactions) return;
    send_fee_filter(peer);
    if (context_.is_quick()) announce_unbroadcast();
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

// What peers have.

Time TxRelay::ready_at(const Peer& peer, const TxIdentifier& id) const {
    auto when = context_.now();
    if (context_.is_quick()) return when;
    if (peer.is_inbound() && !peer.may(permission_noban)) when += limits::inbound_delay;
    if (!id.is_wtxid && wtxid_peers_ > 0) when += limits::txid_delay;
    if (tracker_.in_flight(peer.id) >= limits::requests_in_flight && !peer.may(permission_relay)) {
        when += limits::busy_delay;
    }
    return when;
}

void TxRelay::on_announced(Peer& peer, const std::vector<wire::InventoryItem>& items) {
    if (context_.options.blocks_only && !peer.may(permission_relay)) {
        log::debug(log::Category::net, "{} announces transactions, which we do not want",
                   label(peer));
        peer.connection->close();
        return;
    }
    if (context_.is_catching_up()) return;
    for (const auto& item : items) {
        const bool is_wtxid = item.type == wire::InventoryType::wtx;
        if (is_wtxid != peer.wants_wtxids) continue;
        const TxIdentifier id{item.hash, is_wtxid};
        peer.known_transactions.insert(item.hash.bytes);
        if (has(id)) continue;
        const bool preferred = !peer.is_inbound() || peer.may(permission_noban);
        tracker_.announced(peer.id, id, preferred, ready_at(peer, id));
    }
    request(peer);
}

/// On a private chain, where nothing waits for an old tip to become young: true while blocks that
/// we know of are still coming in. A transaction that comes before the coins it spends would be
/// lost.
bool TxRelay::is_behind(const Peer& peer) {
    const auto view = context_.view();
    const auto now = std::chrono::steady_clock::now();
    if (view->best_header().height <= view->height()) {
        behind_since_.reset();
    } else if (!behind_since_) {
        behind_since_ = now;
    }
    // A peer that has just come may know of blocks whose headers we do not have yet. And blocks
    // that nobody sends shall not keep transactions away for ever.
    const bool peer_is_ahead =
        peer.start_height > view->height() && now - peer.ready_since < longest_wait_for_blocks;
    return peer_is_ahead || (behind_since_ && now - *behind_since_ < longest_wait_for_blocks);
}

void TxRelay::request(Peer& peer) {
    if (!peer.is_ready() || (context_.is_quick() && is_behind(peer))) return;
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

asio::awaitable<void> TxRelay::on_transaction(PeerRef peer, TransactionRef tx) {
    if (context_.options.blocks_only && !peer->may(permission_relay)) {
        peer->connection->close();
        co_return;
    }
    if (context_.is_catching_up()) co_return;
    peer->known_transactions.insert(tx->wtxid.bytes);
    peer->known_transactions.insert(tx->txid.bytes);
    tracker_.answered(peer->id, tx->txid.as<Hash256>(), context_.now());
    tracker_.answered(peer->id, tx->wtxid.as<Hash256>(), context_.now());
    if (has(TxIdentifier::of(tx->wtxid))) {
        if (peer->may(permission_forcerelay) && pool_.contains(tx->wtxid)) {
            announce(tx->txid, tx->wtxid);
        }
        if (orphanage_.contains(tx->wtxid)) orphanage_.add(tx, peer->id, context_.now());
        co_return;
    }
    co_await submit(peer, std::move(tx));
}

asio::awaitable<void> TxRelay::submit(PeerRef peer, TransactionRef tx) {
    const auto result = co_await context_.ledger.accept(tx);
    if (result) {
        accepted(*peer, tx, FeeRate::of(result->fee, result->vsize));
    } else if (result.error().rejection.reason == consensus::Reason::inputs_missing_or_spent &&
               !result.error().missing_parents.empty()) {
        keep_orphan(*peer, tx, result.error().missing_parents);
    } else {
        refused(*peer, tx, result.error());
    }
}

void TxRelay::accepted(Peer& peer, const TransactionRef& tx, FeeRate fee_rate) {
    // The ledger's own news may still be on the way.
    transaction_added(tx, fee_rate);
    peer.last_transaction = context_.clock.now();
    orphanage_.erase(tx->wtxid);
    orphanage_.parent_arrived(*tx, tx->txid);
}

void TxRelay::keep_orphan(Peer& peer, const TransactionRef& tx, const std::vector<Txid>& parents) {
    forget_requests(*tx);
    const bool hopeless = std::ranges::any_of(
        parents, [&](const Txid& parent) { return rejected_.contains(parent.bytes); });
    if (hopeless || !orphanage_.add(tx, peer.id, context_.now())) {
        rejected_.insert(tx->wtxid.bytes);
        orphanage_.erase(tx->wtxid);
        return;
    }
    for (const auto& parent : parents) {
        const auto id = TxIdentifier::of(parent);
        peer.known_transactions.insert(parent.bytes);
        if (has(id)) continue;
        const bool preferred = !peer.is_inbound() || peer.may(permission_noban);
        tracker_.announced(peer.id, id, preferred, ready_at(peer, id));
    }
    request(peer);
}

void TxRelay::refused(Peer& peer, const TransactionRef& tx, const mempool::Refused& why) {
    const auto reason = why.rejection.reason;
    log::debug(log::Category::mempool, "{}: transaction {} refused: {}", label(peer),
               tx->txid.to_hex(), to_text(why.rejection));
    orphanage_.erase(tx->wtxid);
    forget_requests(*tx);
    const bool known_now = reason == consensus::Reason::already_in_mempool ||
                           reason == consensus::Reason::same_non_witness_data ||
                           reason == consensus::Reason::already_known;
    // Somebody may have taken the witness off: then this id is that of the good transaction's txid,
    // and remembering it would keep the good one out.
    const bool maybe_stripped =
        why.witness_stripped ||
        (!tx->has_witness() && (reason == consensus::Reason::script_failed ||
                                reason == consensus::Reason::script_failed_policy));
    if (!known_now && !maybe_stripped) rejected_.insert(tx->wtxid.bytes);
    if (blame(reason) == consensus::Blame::invalid && !maybe_stripped) {
        misbehaviour_.punish(peer, to_text(why.rejection));
    }
}

asio::awaitable<bool> TxRelay::work_off_orphan(PeerRef peer) {
    auto tx = orphanage_.take_work(peer->id);
    if (!tx) co_return false;
    if (pool_.contains(tx->wtxid)) {
        orphanage_.erase(tx->wtxid);
    } else {
        co_await submit(peer, std::move(tx));
    }
    co_return true;
}

// What we have.

void TxRelay::transaction_added(const TransactionRef& tx, FeeRate fee_rate) {
    if (pool_.contains(tx->wtxid)) return;
    pool_[tx->wtxid] = {tx->txid, fee_rate, ++arrivals_};
    pool_by_txid_[tx->txid] = tx->wtxid;
    forget_requests(*tx);
    announce(tx->txid, tx->wtxid);
}

void TxRelay::transaction_removed(const TransactionRef& tx) {
    pool_.erase(tx->wtxid);
    pool_by_txid_.erase(tx->txid);
}

void TxRelay::block_connected(const BlockRef& block) {
    for (const auto& tx : block->transactions) {
        confirmed_.insert(tx->txid.bytes);
        if (tx->has_witness()) confirmed_.insert(tx->wtxid.bytes);
        forget_requests(*tx);
        // What the mempool had may differ in its witness.
        if (const auto found = pool_by_txid_.find(tx->txid); found != pool_by_txid_.end()) {
            pool_.erase(found->second);
            pool_by_txid_.erase(found);
        }
    }
    orphanage_.block_connected(*block);
    last_block_ = block;
}

void TxRelay::tip_changed() {
    // What was refused may be fine on the new chain.
    rejected_.clear();
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
    const ByteSpan id = peer.wants_wtxids ? ByteSpan(wtxid.bytes) : ByteSpan(txid.bytes);
    if (!peer.known_transactions.contains(id)) peer.to_announce.push_back(wtxid);
}

/// Peers that are told at once hear of all that one turn brings in one message.
void TxRelay::schedule_announcements() {
    if (std::exchange(announcing_, true)) return;
    asio::post(context_.executor, [this] {
        announcing_ = false;
        announce_due();
    });
}

/// On the public network nobody shall learn from the moment of an announcement where a transaction
/// came from.
Time TxRelay::next_announcement(const Peer& peer) {
    const auto now = context_.now();
    if (!peer.is_inbound()) {
        return now + seconds_to_ms(context_.random.exponential(outbound_announcement_mean));
    }
    if (next_inbound_announcement_ <= now) {
        next_inbound_announcement_ =
            now + seconds_to_ms(context_.random.exponential(inbound_announcement_mean));
    }
    return next_inbound_announcement_;
}

void TxRelay::announce_due() {
    for (const auto& [id, peer] : context_.peers) {
        if (!relays(*peer)) continue;
        if (context_.is_quick() || peer->may(permission_noban)) {
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
        const auto wtxid = peer.to_announce.front();
        peer.to_announce.pop_front();
        const auto found = pool_.find(wtxid);
        if (found == pool_.end() || found->second.fee_rate.per_kvb < peer.fee_filter) continue;
        const auto id =
            peer.wants_wtxids ? TxIdentifier::of(wtxid) : TxIdentifier::of(found->second.txid);
        if (peer.known_transactions.contains(id.hash.bytes)) continue;
        peer.known_transactions.insert(id.hash.bytes);
        message.items.push_back(
            {id.is_wtxid ? wire::InventoryType::wtx : wire::InventoryType::tx, id.hash});
        if (message.items.size() < limits::transactions_per_inv) continue;
        peer.send(message);
        message.items.clear();
    }
    peer.announced_up_to = arrivals_;
    if (!message.items.empty()) peer.send(message);
}

void TxRelay::on_getmempool(Peer& peer) {
    if (!peer.may(permission_mempool)) {
        if (!peer.may(permission_noban)) peer.connection->close();
        return;
    }
    peer.to_announce.clear();
    std::vector<std::pair<std::uint64_t, Wtxid>> all;
    for (const auto& [wtxid, pooled] : pool_)
        all.emplace_back(pooled.arrival, wtxid);
    std::ranges::sort(all);
    for (const auto& [arrival, wtxid] : all)
        peer.to_announce.push_back(wtxid);
    announce_queued(peer);
}

/// On the public network a peer gets only what it could have heard of from us, so that it cannot
/// probe what we have.
bool TxRelay::may_fetch(const Peer& peer, const Wtxid& wtxid) const {
    if (context_.is_quick()) return true;
    const auto found = pool_.find(wtxid);
    return found != pool_.end() && found->second.arrival <= peer.announced_up_to;
}

namespace {

using Found = std::vector<TransactionRef>;

/// The transactions behind `ids`, null for those that are not in the mempool. They are no longer
/// "unbroadcast" from now on.
asio::awaitable<Found> find_pooled(ledger::Ledger& ledger, std::vector<TxIdentifier> ids) {
    auto work = [ids = std::move(ids)](ledger::State& state) {
        Found out;
        for (const auto& id : ids) {
            auto tx = id.is_wtxid ? state.mempool.find(id.hash.as<Wtxid>())
                                  : state.mempool.find(id.hash.as<Txid>());
            if (tx) state.mempool.remove_unbroadcast(tx->txid);
            out.push_back(std::move(tx));
        }
        return out;
    };
    return ledger.with(std::move(work));
}

TransactionRef find_in_block(const BlockRef& block, const TxIdentifier& id) {
    if (!block) return nullptr;
    for (const auto& tx : block->transactions) {
        const auto hash = id.is_wtxid ? tx->wtxid.as<Hash256>() : tx->txid.as<Hash256>();
        if (hash == id.hash) return tx;
    }
    return nullptr;
}

}  // namespace

asio::awaitable<void> TxRelay::serve(PeerRef peer, std::vector<wire::InventoryItem> items) {
    std::vector<TxIdentifier> ids;
    for (const auto& item : items)
        ids.push_back({item.hash, item.type == wire::InventoryType::wtx});
    const auto found = co_await find_pooled(context_.ledger, ids);
    wire::NotFound missing;
    for (std::size_t i = 0; i < items.size(); ++i) {
        co_await peer->connection->wait_for_room();
        auto tx = found[i];
        if (!tx || !may_fetch(*peer, tx->wtxid)) tx = find_in_block(last_block_, ids[i]);
        if (!tx) {
            missing.items.push_back(items[i]);
            continue;
        }
        peer->known_transactions.insert(tx->wtxid.bytes);
        const auto mode =
            items[i].type == wire::InventoryType::tx ? WitnessMode::exclude : WitnessMode::include;
        peer->connection->send(wire::TransactionMessage::command, encode(*tx, mode));
    }
    if (!missing.items.empty()) peer->send(missing);
}

/// What was sent from here and nobody has fetched yet is announced again, to those who have not
/// heard of it.
void TxRelay::announce_unbroadcast() {
    context_.ledger.post([this, executor = context_.executor](ledger::State& state) {
        std::vector<TransactionRef> transactions;
        for (const auto& txid : state.mempool.unbroadcast()) {
            if (auto tx = state.mempool.find(txid)) transactions.push_back(std::move(tx));
        }
        if (transactions.empty()) return;
        asio::post(executor, [this, transactions = std::move(transactions)] {
            for (const auto& tx : transactions)
                announce(tx->txid, tx->wtxid);
        });
    });
}

void TxRelay::send_fee_filter(Peer& peer) {
    if (peer.version < wire::fee_filter_version || peer.may(permission_forcerelay) ||
        context_.options.blocks_only) {
        return;
    }
    const auto wanted = context_.is_catching_up() ? nothing_wanted : min_fee_;
    if (wanted == peer.fee_filter_sent) return;
    peer.fee_filter_sent = wanted;
    peer.send(wire::FeeFilter{wanted});
}

void TxRelay::refresh_fee_filter() {
    context_.ledger.post([this, executor = context_.executor](ledger::State& state) {
        const auto rate = state.mempool.min_fee(state.clock.now()).per_kvb;
        asio::post(executor, [this, rate] {
            min_fee_ = std::max(rate, context_.options.min_relay_fee_rate.per_kvb);
            for (const auto& [id, peer] : context_.peers) {
                if (relays(*peer)) send_fee_filter(*peer);
            }
        });
    });
}

}  // namespace daler::sync
