#include "node/wallet_view.h"

namespace daler::node {

std::vector<TransactionRef> WalletView::mempool_transactions() const {
    return ledger_.call([](ledger::State& state) { return state.mempool.transactions(); });
}

bool WalletView::in_mempool(const Txid& txid) const {
    return ledger_.call([&](ledger::State& state) { return state.mempool.contains(txid); });
}

consensus::Verdict WalletView::broadcast(const TransactionRef& tx, Amount max_fee) {
    auto verdict = ledger_.call([&](ledger::State& state) -> consensus::Verdict {
        if (state.mempool.contains(tx->txid)) return {};
        mempool::AcceptOptions options;
        if (max_fee > Amount{0}) options.max_fee = max_fee;
        const auto accepted = state.accept(tx, options);
        if (!accepted) return fail(accepted.error().rejection);
        state.mempool.add_unbroadcast(tx->txid);
        return {};
    });
    if (verdict) peers_.announce(tx->txid, tx->wtxid);
    return verdict;
}

FeeRate WalletView::min_fee_rate() const {
    return ledger_.call([this](ledger::State& state) {
        const auto info = state.mempool.info(clock_.now());
        return std::max(info.min_fee, info.min_relay_fee);
    });
}

}  // namespace daler::node
