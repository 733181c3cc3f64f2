// How TxRelay answers requests for transactions.
#include "tx_relay.h"

namespace daler::sync {

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

/// On public networks a peer gets only transactions that we have announced to it, so that it cannot
/// probe the mempool.
bool TxRelay::may_fetch(const Peer& peer, const Wtxid& wtxid) const {
    if (context_.skips_delays()) return true;
    const auto found = pool_.find(wtxid);
    return found != pool_.end() && found->second.arrival <= peer.announced_up_to;
}

namespace {

using Found = std::vector<TransactionRef>;

/// The transactions with these ids, null for those that are not in the mempool.
asio::awaitable<Found> find_pooled(ledger::Ledger& ledger, std::vector<TxIdentifier> ids) {
    auto work = [ids = std::move(ids)](ledger::State& state) {
        Found out;
        for (const auto& id : ids) {
            auto tx = id.is_wtxid ? state.mempool.find(id.hash.as<Wtxid>())
                                  : state.mempool.find(id.hash.as<Txid>());
            out.push_back(std::move(tx));
        }
        return out;
    };
    return ledger.with(std::move(work));
}

}  // namespace

asio::awaitable<void> TxRelay::serve(PeerRef peer, std::vector<wire::InventoryItem> items) {
    std::vector<TxIdentifier> ids;
    for (const auto& item : items)
        ids.push_back({item.hash, item.type == wire::InventoryType::wtx});
    const auto found = co_await find_pooled(context_.ledger, ids);
    std::vector<Txid> sent;
    wire::NotFound missing;
    for (std::size_t i = 0; i < items.size(); ++i) {
        co_await peer->connection->wait_for_room();
        auto tx = found[i];
        if (!tx || !may_fetch(*peer, tx->wtxid)) tx = recent_blocks_.find_in_last(ids[i]);
        if (!tx) {
            missing.items.push_back(items[i]);
            continue;
        }
        peer->known_transactions.insert(tx->wtxid.bytes);
        const auto mode =
            items[i].type == wire::InventoryType::tx ? WitnessMode::exclude : WitnessMode::include;
        peer->connection->send(wire::TransactionMessage::command, encode(*tx, mode));
        sent.push_back(tx->txid);
    }
    // A peer has them now, so they need not be announced again.
    context_.ledger.post([sent = std::move(sent)](ledger::State& state) {
        for (const auto& txid : sent)
            state.mempool.remove_unbroadcast(txid);
    });
    if (!missing.items.empty()) peer->send(missing);
}

}  // namespace daler::sync
