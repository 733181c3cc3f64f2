#pragma once

#include <daler/index/indexes.h>
#include <daler/ledger/ledger.h>

namespace daler::node {

/// Wakes the indexes when the tip changes; they read the blocks themselves.
class IndexObserver final : public ledger::LedgerObserver {
public:
    explicit IndexObserver(index::Indexes& indexes) : indexes_(indexes) {}

    void tip_changed(const std::shared_ptr<const chain::ChainView>&) override { indexes_.wake(); }

private:
    index::Indexes& indexes_;
};

}  // namespace daler::node
