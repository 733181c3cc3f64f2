#pragma once

#include <daler/ledger/ledger.h>

#include <functional>

namespace daler::node {

/// Calls a function when the chain has reached a height (-stopatheight).
class HeightStop final : public ledger::LedgerObserver {
public:
    HeightStop(Height height, std::function<void()> stop)
        : height_(height), stop_(std::move(stop)) {}

    void block_connected(const chain::BlockEntry&, const BlockRef&) override {}
    void block_disconnected(const chain::BlockEntry&, const BlockRef&) override {}
    void tip_changed(const std::shared_ptr<const chain::ChainView>& view) override {
        if (view->tip().height >= height_) stop_();
    }
    void transaction_added(const TransactionRef&, Amount, std::int64_t, std::uint64_t) override {}
    void transaction_removed(const TransactionRef&, mempool::RemovalReason,
                             std::uint64_t) override {}

private:
    Height height_;
    std::function<void()> stop_;
};

}  // namespace daler::node
