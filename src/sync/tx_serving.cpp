// How TxRelay answers requests for transactions.
#include "tx_relay.h"

#include <boost/asio/post.hpp>

namespace daler::sync {

void TxRelay::on_getmempool(Peer& peer) {
    if (!peer.may(permission_mempool)) {
        if (!peer.may(permission_noban)) peer.connection->close();
        return;
    }
    context_.ledger.post([this, executor = context_.executor, id = peer.id](ledger::State& state) {
        std::map<std::uint64_t, Ids> by_sequence;
        state.mempool.visit_entries([&](mempool::EntryDetails&& entry) {
            by_sequence.emplace(entry.sequence, Ids{entry.txid, entry.wtxid});
        });
        std::vector<Ids> all;
        for (const auto& [sequence, ids] : by_sequence)
            all.push_back(ids);
        boost::asio::post(executor, [this, id, all = std::move(all)] { announce_all(id, all); });
    });
}

void TxRelay::announce_all(PeerId peer, const std::vector<Ids>& all) {
    const auto found = context_.peers.find(peer);
    if (found == context_.peers.end()) return;
    Peer& asking = *found->second;
    asking.to_announce.clear();
    for (const auto& [txid, wtxid] : all)
        asking.to_announce.push_back(asking.wants_wtxids ? wtxid.as<Hash256>()
                                                         : txid.as<Hash256>());
    announce_queued(asking);
}

/// On public networks a peer gets only transactions that we have announced to it, so that it cannot
/// probe the mempool.
bool TxRelay::may_fetch(const Peer& peer, const Wtxid& wtxid) const {
    if (context_.skips_delays()) return true;
    const auto pooled = pool_.find(wtxid);
    return pooled && pooled->arrival <= peer.announced_up_to;
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
