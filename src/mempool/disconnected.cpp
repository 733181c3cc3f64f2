#include "disconnected.h"

namespace daler::mempool {

void Disconnected::add(const Block& block) {
    for (const auto& tx : block.transactions)
        usage_ += usage_of(*tx);
    if (!block.transactions.empty()) blocks_.push_front(block.transactions);
    while (usage_ > max_usage_) {
        auto& last = blocks_.back();
        const SealedTransaction& tx = *last.back();
        usage_ -= usage_of(tx);
        dropped_.push_back({tx.txid, static_cast<std::uint32_t>(tx.outputs.size())});
        last.pop_back();
        if (last.empty()) blocks_.pop_back();
    }
}

void Disconnected::remove(const Block& block) {
    if (blocks_.empty()) return;
    boost::unordered_flat_set<Txid, SaltedHasher> confirmed;
    for (const auto& tx : block.transactions)
        confirmed.insert(tx->txid);
    for (auto& transactions : blocks_) {
        std::erase_if(transactions, [&](const TransactionRef& tx) {
            if (!confirmed.contains(tx->txid)) return false;
            usage_ -= usage_of(*tx);
            return true;
        });
    }
    std::erase_if(blocks_, [](const auto& transactions) { return transactions.empty(); });
}

std::deque<std::vector<TransactionRef>> Disconnected::take() {
    usage_ = 0;
    return std::exchange(blocks_, {});
}

std::vector<Disconnected::Dropped> Disconnected::take_dropped() {
    return std::exchange(dropped_, {});
}

void Disconnected::clear() {
    blocks_.clear();
    dropped_.clear();
    usage_ = 0;
}

}  // namespace daler::mempool
