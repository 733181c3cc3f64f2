#pragma once

#include <daler/ledger/ledger.h>

#include <functional>

namespace daler::node {

/// Calls a function when the chain has reached a height (-stopatheight).
class HeightStop final : public ledger::LedgerObserver {
public:
    HeightStop(Height height, std::function<void()> stop)
        : height_(height), stop_(std::move(stop)) {}

    void tip_changed(const std::shared_ptr<const chain::ChainView>& view) override {
        if (view->tip().height >= height_) stop_();
    }

private:
    Height height_;
    std::function<void()> stop_;
};

}  // namespace daler::node
