#pragma once

#include <daler/index/indexes.h>
#include <daler/ledger/ledger.h>

namespace daler::node {

/// Wakes the indexes when the tip changes; they read the blocks themselves.
class IndexObserver final : public ledger::LedgerObserver {
public:
    explicit IndexObserver(index::Indexes& indexes) : indexes_(indexes) {}

    void tip_changed(const std::shared_ptr<const chain::ChainView>&) override { indexes_.wake(); }
    void block_connected(const chain::BlockEntry&, const BlockRef&) override {}
    void block_disconnected(const chain::BlockEntry&, const BlockRef&) override {}
    void transaction_added(const TransactionRef&, Amount, std::int64_t, std::uint64_t) override {}
    void transaction_removed(const TransactionRef&, mempool::RemovalReason,
                             std::uint64_t) override {}

private:
    index::Indexes& indexes_;
};

}  // namespace daler::node
