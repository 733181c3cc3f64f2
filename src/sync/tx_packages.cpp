// How TxRelay submits a transaction whose fee is too low together with a child that pays for both.
#include "tx_relay.h"

#include <algorithm>

namespace daler::sync {
namespace {

asio::awaitable<mempool::PackageAccepted> accept_pair(ledger::Ledger& ledger,
                                                      std::vector<TransactionRef> pair) {
    auto work = [pair = std::move(pair)](ledger::State& state) {
        return state.accept_package(pair);
    };
    return ledger.with(std::move(work));
}

}  // namespace

/// True if these parents of an orphan will not come: one was refused, or several have a fee that is
/// too low, while only one of them can be accepted together with its child.
bool TxRelay::is_lost(const std::vector<Txid>& parents) const {
    const auto is_refused = [&](const Txid& parent) {
        return refused_.contains(TxIdentifier::of(parent));
    };
    const auto is_underpaid = [&](const Txid& parent) {
        return refused_.is_underpaid(TxIdentifier::of(parent));
    };
    return std::ranges::any_of(parents, is_refused) ||
           std::ranges::count_if(parents, is_underpaid) > 1;
}

/// A child in the orphanage with which `parent` was not refused yet. One of the same sender is
/// preferred, so that others cannot put theirs in its place; among others chance decides.
std::optional<Orphanage::Work> TxRelay::find_child(PeerId sender, const SealedTransaction& parent) {
    auto children = orphanage_.children_of(parent, sender);
    std::erase_if(children, [&](const Orphanage::Work& child) {
        return refused_.contains_pair(parent.wtxid, child.tx->wtxid);
    });
    if (children.empty()) return std::nullopt;
    const auto same = std::ranges::find(children, sender, &Orphanage::Work::peer);
    return same != children.end() ? *same : children[context_.random.below(children.size())];
}

asio::awaitable<void> TxRelay::submit_with_child(PeerRef peer, TransactionRef parent) {
    const auto child = find_child(peer->id, *parent);
    if (!child) co_return;
    std::vector<TransactionRef> pair{parent, child->tx};
    const auto result = co_await accept_pair(context_.ledger, std::move(pair));
    log::debug(log::Category::mempool, "{}: transaction {} with its child {}: {}", label(*peer),
               parent->txid.to_hex(), child->tx->txid.to_hex(),
               result.error.empty() ? "accepted" : result.error);
    if (!result.error.empty()) refused_.remember_pair(parent->wtxid, child->tx->wtxid);
    if (result.members.size() != 2) co_return;
    // The child first: then it has left the orphanage when the parent arrives.
    take_result(child->peer, child->tx, result.members[1]);
    take_result(peer->id, parent, result.members[0]);
}

void TxRelay::take_result(PeerId sender, const TransactionRef& tx,
                          const mempool::PackageMember& member) {
    const auto found = context_.peers.find(sender);
    if (member.was_known || found == context_.peers.end()) return;
    Peer& peer = *found->second;
    if (member.result)
        accepted(peer, tx, FeeRate::of(member.result->fee, member.result->vsize));
    else if (member.result.error().reason() != consensus::Reason::inputs_missing_or_spent)
        refused(peer, tx, member.result.error());
}

}  // namespace daler::sync
