#pragma once

#include <daler/index/coin_stats_index.h>
#include <daler/index/filter_index.h>
#include <daler/index/tx_index.h>

namespace daler::index {

/// Which indexes a node keeps. There are no defaults: a list that lacks one does not compile.
struct Wanted {
    bool transactions;  ///< -txindex
    bool filters;       ///< -blockfilterindex
    bool coin_stats;    ///< -coinstatsindex
};

/// The optional indexes of a node, each on its own thread. Any thread may call.
class Indexes {
public:
    /// Opens the wanted indexes. Throws StorageError. `chain` must outlive it.
    Indexes(const chain::Chainstate& chain, Wanted wanted, const IndexOptions& options);

    /// Starts to follow the chain.
    void start();
    /// The chain has changed.
    void wake();
    /// Waits until the indexes that have reached a tip once have reached the current one.
    void drain();
    /// Ends all waits: the node stops.
    void interrupt();

    /// Null if it is not wanted.
    [[nodiscard]] TxIndex* transactions() const { return transactions_.get(); }
    [[nodiscard]] FilterIndex* filters() const { return filters_.get(); }
    [[nodiscard]] CoinStatsIndex* coin_stats() const { return coin_stats_.get(); }

    [[nodiscard]] std::vector<Summary> summaries() const;
    /// The lowest recorded height of all indexes: blocks above it are still needed.
    [[nodiscard]] Height recorded_height() const;

private:
    std::unique_ptr<TxIndex> transactions_;
    std::unique_ptr<CoinStatsIndex> coin_stats_;
    std::unique_ptr<FilterIndex> filters_;
    std::vector<Follower*> followers_;  ///< in the order of getindexinfo
};

}  // namespace daler::index
