#include "orphanage.h"

#include <daler/util/ensure.h>

namespace daler::sync {

namespace limits = wire::limits;

void Orphanage::charge(PeerId peer, const SealedTransaction& tx, int sign) {
    auto& usage = usage_[peer];
    if (sign > 0)
        ++usage.count;
    else
        --usage.count;
    usage.weight += sign * tx.weight();
    if (usage.count == 0) usage_.erase(peer);
}

bool Orphanage::add(const TransactionRef& tx, PeerId peer, Time now) {
    if (const auto found = orphans_.find(tx->wtxid); found != orphans_.end()) {
        if (found->second.peers.insert(peer).second) charge(peer, *tx, 1);
        return true;
    }
    if (tx->weight() > limits::orphan_weight) return false;
    orphans_.emplace(tx->wtxid, Orphan{tx, {peer}, now + limits::orphan_expiry, sequence_++});
    for (const auto& input : tx->inputs)
        by_input_[input.prevout].insert(tx->wtxid);
    weight_ += tx->weight();
    charge(peer, *tx, 1);
    trim();
    return true;
}

/// Removes orphans of the peer with the largest share of the count or of the weight.
void Orphanage::trim() {
    while (orphans_.size() > max_count_ || weight_ > limits::orphans_weight) {
        const auto share = [this](const Usage& usage) {
            return std::max(static_cast<double>(usage.count) / static_cast<double>(max_count_),
                            static_cast<double>(usage.weight) / limits::orphans_weight);
        };
        const auto greediest = std::ranges::max_element(usage_, [&](const auto& a, const auto& b) {
            return share(a.second) < share(b.second);
        });
        const PeerId peer = greediest->first;
        const Orphan* oldest = nullptr;
        for (const auto& [id, orphan] : orphans_)
            if (orphan.peers.contains(peer) && (!oldest || orphan.sequence < oldest->sequence))
                oldest = &orphan;
        ensure(oldest != nullptr);
        const Wtxid victim = oldest->tx->wtxid;
        erase(victim);
    }
}

void Orphanage::parent_arrived(const Transaction& parent, const Txid& txid) {
    if (orphans_.empty()) return;
    for (std::uint32_t i = 0; i < parent.outputs.size(); ++i) {
        const auto children = by_input_.find(OutPoint{txid, i});
        if (children == by_input_.end()) continue;
        for (const auto& child : children->second)
            retry(child);
    }
}

void Orphanage::retry(const Wtxid& wtxid) {
    if (contains(wtxid) && std::ranges::find(work_, wtxid) == work_.end()) work_.push_back(wtxid);
}

std::optional<Orphanage::Work> Orphanage::take_work() {
    if (work_.empty()) return {};
    const auto& orphan = orphans_.at(work_.front());
    work_.pop_front();
    return Work{orphan.tx, *orphan.peers.begin()};
}

std::vector<Orphanage::Work> Orphanage::children_of(const SealedTransaction& parent,
                                                    PeerId preferred) const {
    std::set<Wtxid> ids;
    if (!orphans_.empty()) {
        for (std::uint32_t i = 0; i < parent.outputs.size(); ++i)
            if (const auto found = by_input_.find({parent.txid, i}); found != by_input_.end())
                ids.insert(found->second.begin(), found->second.end());
    }
    std::vector<const Orphan*> children;
    for (const auto& id : ids)
        children.push_back(&orphans_.at(id));
    std::ranges::sort(children, std::greater{}, &Orphan::sequence);
    std::vector<Work> out;
    for (const Orphan* child : children) {
        const auto& peers = child->peers;
        out.push_back({child->tx, peers.contains(preferred) ? preferred : *peers.begin()});
    }
    return out;
}

void Orphanage::erase(const Wtxid& wtxid) {
    const auto found = orphans_.find(wtxid);
    if (found == orphans_.end()) return;
    const auto orphan = std::move(found->second);
    orphans_.erase(found);
    std::erase(work_, wtxid);
    weight_ -= orphan.tx->weight();
    for (const auto peer : orphan.peers)
        charge(peer, *orphan.tx, -1);
    for (const auto& input : orphan.tx->inputs) {
        const auto spenders = by_input_.find(input.prevout);
        if (spenders == by_input_.end()) continue;  // an input that appears twice
        spenders->second.erase(wtxid);
        if (spenders->second.empty()) by_input_.erase(spenders);
    }
}

void Orphanage::block_connected(const Block& block) {
    if (orphans_.empty()) return;
    std::set<Wtxid> gone;
    for (const auto& tx : block.transactions) {
        for (const auto& input : tx->inputs) {
            const auto spenders = by_input_.find(input.prevout);
            if (spenders == by_input_.end()) continue;
            gone.insert(spenders->second.begin(), spenders->second.end());
        }
    }
    for (const auto& wtxid : gone)
        erase(wtxid);
}

void Orphanage::peer_gone(PeerId peer) {
    std::vector<Wtxid> alone;
    for (auto& [wtxid, orphan] : orphans_) {
        if (!orphan.peers.contains(peer)) continue;
        if (orphan.peers.size() == 1) {
            alone.push_back(wtxid);
        } else {
            orphan.peers.erase(peer);
            charge(peer, *orphan.tx, -1);
        }
    }
    for (const auto& wtxid : alone)
        erase(wtxid);
}

void Orphanage::expire(Time now) {
    std::vector<Wtxid> old;
    for (const auto& [wtxid, orphan] : orphans_)
        if (orphan.expires_at <= now) old.push_back(wtxid);
    for (const auto& wtxid : old)
        erase(wtxid);
}

void Orphanage::check() const {
    std::map<PeerId, Usage> counted;
    std::int64_t total = 0;
    for (const auto& [wtxid, orphan] : orphans_) {
        ensure(!orphan.peers.empty());
        total += orphan.tx->weight();
        for (const auto peer : orphan.peers) {
            ++counted[peer].count;
            counted[peer].weight += orphan.tx->weight();
        }
        for (const auto& input : orphan.tx->inputs)
            ensure(by_input_.at(input.prevout).contains(wtxid));
    }
    for (const auto& [outpoint, spenders] : by_input_) {
        ensure(!spenders.empty());
        for (const auto& wtxid : spenders)
            ensure(orphans_.contains(wtxid));
    }
    ensure(total == weight_);
    ensure(counted.size() == usage_.size());
    for (const auto& [peer, usage] : usage_)
        ensure(counted[peer].count == usage.count && counted[peer].weight == usage.weight);
    ensure(std::set(work_.begin(), work_.end()).size() == work_.size());
    for (const auto& wtxid : work_)
        ensure(orphans_.contains(wtxid));
    ensure(orphans_.size() <= max_count_ && weight_ <= limits::orphans_weight);
}

}  // namespace daler::sync
