#include "disconnected.h"

namespace daler::mempool {

void Disconnected::add(const Block& block) {
    for (std::size_t i = block.transactions.size(); i-- > 0;) {
        bytes_ += block.transactions[i]->total_size;
        transactions_.push_front(block.transactions[i]);
    }
    // The latest are the likeliest to be wanted, and nothing earlier depends on them.
    while (bytes_ > max_bytes) {
        bytes_ -= transactions_.front()->total_size;
        dropped_.push_back(std::move(transactions_.front()));
        transactions_.pop_front();
    }
}

void Disconnected::remove(const Block& block) {
    if (transactions_.empty()) return;
    boost::unordered_flat_set<Txid, SaltedHasher> confirmed;
    for (const auto& tx : block.transactions)
        confirmed.insert(tx->txid);
    std::erase_if(transactions_, [&](const TransactionRef& tx) {
        if (!confirmed.contains(tx->txid)) return false;
        bytes_ -= tx->total_size;
        return true;
    });
}

std::vector<TransactionRef> Disconnected::take() {
    std::vector<TransactionRef> all(transactions_.begin(), transactions_.end());
    transactions_.clear();
    bytes_ = 0;
    return all;
}

std::vector<TransactionRef> Disconnected::take_dropped() {
    return std::exchange(dropped_, {});
}

}  // namespace daler::mempool
