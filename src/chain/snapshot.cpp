#include "chainstate_impl.h"

#include <daler/util/ensure.h>

namespace daler::chain {

std::unique_ptr<coins::CoinSnapshot> Chainstate::snapshot_coins(bool& begun) {
    auto& impl = *impl_;
    if (!impl.coins->is_flushing() && !begun && impl.coins->has_changes()) {
        impl.start_flush();
        begun = true;
    }
    if (impl.coins->is_flushing()) {
        if (!impl.continue_flush(flush_step)) return nullptr;
        // A flush that began before this call may lack the latest blocks: another one follows.
        if (!begun) return nullptr;
    }
    const auto* block = impl.index.find(impl.coin_database->best_block());
    ensure(block != nullptr);
    return std::make_unique<coins::CoinSnapshot>(*impl.coin_database, block->height);
}

coins::CoinStats Chainstate::coin_stats(coins::CoinsHash kind) {
    flush();
    return *coins::CoinSnapshot(*impl_->coin_database, impl_->tip->height).stats(kind);
}

}  // namespace daler::chain
