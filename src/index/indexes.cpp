#include <daler/index/indexes.h>

namespace daler::index {

Indexes::Indexes(const chain::Chainstate& chain, Wanted wanted, const IndexOptions& options) {
    const auto open = [&]<class Index>(std::unique_ptr<Index>& index) {
        index = std::make_unique<Index>(chain, options);
        followers_.push_back(&index->follower());
    };
    // Names all members: a new member does not compile until its index is opened here.
    const auto [transactions, filters, coin_stats] = wanted;
    if (transactions) open(transactions_);
    if (coin_stats) open(coin_stats_);
    if (filters) open(filters_);
}

void Indexes::start() {
    for (auto* follower : followers_)
        follower->start();
}

void Indexes::wake() {
    for (auto* follower : followers_)
        follower->wake();
}

void Indexes::drain() {
    for (auto* follower : followers_)
        (void)follower->wait_if_synced();
}

void Indexes::interrupt() {
    for (auto* follower : followers_)
        follower->interrupt();
}

std::vector<Summary> Indexes::summaries() const {
    std::vector<Summary> all;
    for (const auto* follower : followers_)
        all.push_back(follower->summary());
    return all;
}

Height Indexes::recorded_height() const {
    Height lowest = std::numeric_limits<Height>::max();
    for (const auto* follower : followers_)
        lowest = std::min(lowest, follower->recorded_height());
    return lowest;
}

}  // namespace daler::index
