#include <daler/ledger/mempool_import.h>

namespace daler::ledger {

std::size_t import_mempool(Ledger& ledger, const mempool::SavedMempool& saved,
                           const MempoolImport& import, const std::atomic<bool>& stop) {
    std::size_t accepted = 0;
    for (const auto& record : saved.transactions) {
        if (stop) return accepted;
        accepted += ledger.call([&](State& state) -> std::size_t {
            if (import.keeps_fee_deltas && record.fee_delta != Amount{})
                state.mempool.prioritise(record.tx->txid, record.fee_delta);
            mempool::AcceptOptions options;
            if (import.keeps_times) options.entered = record.time;
            return state.accept(record.tx, options) ? 1 : 0;
        });
    }
    ledger.call([&](State& state) {
        if (import.keeps_fee_deltas)
            for (const auto& [txid, delta] : saved.fee_deltas)
                state.mempool.prioritise(txid, delta);
        if (!import.keeps_unbroadcast) return;
        for (const auto& txid : saved.unbroadcast)
            state.mempool.add_unbroadcast(txid);
    });
    return accepted;
}

}  // namespace daler::ledger
