#include "node/wallet_view.h"

#include <daler/index/block_filter.h>

namespace daler::node {

bool WalletView::may_contain(const chain::BlockEntry& entry,
                             std::span<const ByteSpan> scripts) const {
    const auto* filters = indexes_.filters();
    const auto filter = filters ? filters->find(entry.hash) : std::nullopt;
    return !filter || index::golomb_set_may_contain(filter->bytes, entry.hash, scripts);
}

std::vector<TransactionRef> WalletView::mempool_transactions() const {
    return ledger_.call([](ledger::State& state) { return state.mempool.transactions(); });
}

bool WalletView::in_mempool(const Txid& txid) const {
    return ledger_.call([&](ledger::State& state) { return state.mempool.contains(txid); });
}

consensus::Verdict WalletView::broadcast(const TransactionRef& tx, Amount max_fee) {
    bool is_known = false;
    auto verdict = ledger_.call([&](ledger::State& state) -> consensus::Verdict {
        is_known = state.mempool.contains(tx->txid);
        if (is_known) return {};
        mempool::AcceptOptions options;
        if (max_fee > Amount{0}) options.max_fee = max_fee;
        const auto accepted = state.accept(tx, options);
        if (!accepted) return fail(accepted.error().rejection);
        state.mempool.add_unbroadcast(tx->txid);
        return {};
    });
    // A new one is announced when it enters the mempool.
    if (is_known) peers_.announce(tx->txid, tx->wtxid);
    return verdict;
}

consensus::Verdict WalletView::check(const TransactionRef& tx) const {
    return ledger_.call([&](ledger::State& state) -> consensus::Verdict {
        mempool::AcceptOptions options;
        options.test_only = true;
        const auto accepted = state.accept(tx, options);
        if (!accepted) return fail(accepted.error().rejection);
        return {};
    });
}

std::map<Txid, wallet::MempoolChain> WalletView::mempool_chains(const std::set<Txid>& txids) const {
    return ledger_.call([&](ledger::State& state) {
        std::map<Txid, wallet::MempoolChain> out;
        for (const auto& txid : txids) {
            const auto entry = state.mempool.entry(txid);
            if (!entry) continue;
            auto& chain = out[txid];
            chain = {entry->ancestor_count, entry->descendant_count};
            for (const auto& ancestor : state.mempool.ancestors(txid)) {
                chain.descendants =
                    std::max(chain.descendants, state.mempool.entry(ancestor)->descendant_count);
            }
        }
        return out;
    });
}

wallet::MempoolChain WalletView::max_chain() const {
    return ledger_.call([](ledger::State& state) -> wallet::MempoolChain {
        const auto& limits = state.mempool.limits();
        return {limits.ancestor_count, limits.descendant_count};
    });
}

wallet::BumpFees WalletView::bump_fees(std::span<const OutPoint> outputs, FeeRate rate) const {
    return ledger_.call([&](ledger::State& state) -> wallet::BumpFees {
        auto fees = state.mempool.bump_fees(outputs, rate);
        return {std::move(fees.each), fees.together};
    });
}

std::optional<bool> WalletView::is_replaceable(const Txid& txid) const {
    return ledger_.call([&](ledger::State& state) -> std::optional<bool> {
        const auto entry = state.mempool.entry(txid);
        if (!entry) return std::nullopt;
        return entry->bip125_replaceable;
    });
}

bool WalletView::has_descendants(const Txid& txid) const {
    return ledger_.call([&](ledger::State& state) {
        const auto entry = state.mempool.entry(txid);
        return entry && entry->descendant_count > 1;
    });
}

FeeRate WalletView::incremental_fee_rate() const {
    return ledger_.call(
        [](ledger::State& state) { return state.mempool.policy().incremental_relay_fee; });
}

FeeRate WalletView::full_mempool_fee_rate() const {
    return ledger_.call(
        [this](ledger::State& state) { return state.mempool.min_fee(clock_.now()); });
}

FeeRate WalletView::min_fee_rate() const {
    return ledger_.call([this](ledger::State& state) {
        const auto info = state.mempool.info(clock_.now());
        return std::max(info.min_fee, info.min_relay_fee);
    });
}

fees::SmartEstimate WalletView::estimate_fee(int blocks, bool conservative) const {
    return ledger_.call(
        [&](ledger::State& state) { return state.mempool.estimate_fee(blocks, conservative); });
}

}  // namespace daler::node
