#include "node/mempool_file.h"

#include <daler/util/log.h>

namespace daler::node {

void save_mempool(ledger::Ledger& ledger, storage::FileSystem& files,
                  const std::filesystem::path& file) {
    const auto saved = ledger.call([](ledger::State& state) { return state.mempool.saved(); });
    storage::write_atomically(files, file, mempool::encode_saved(saved));
}

void load_mempool(ledger::Ledger& ledger, storage::FileSystem& files,
                  const std::filesystem::path& file, const std::atomic<bool>& stop) {
    const auto bytes = storage::read_file(files, file);
    if (!bytes) return;
    const auto saved = mempool::decode_saved(*bytes);
    if (!saved) {
        log::warning("{} is damaged ({}): starting with an empty mempool", file.string(),
                     describe(saved.error()));
        return;
    }
    std::size_t accepted = 0;
    for (const auto& record : saved->transactions) {
        if (stop) return;
        accepted += ledger.call([&record](ledger::State& state) -> std::size_t {
            if (record.fee_delta != Amount{})
                state.mempool.prioritise(record.tx->txid, record.fee_delta);
            mempool::AcceptOptions options;
            options.entered = record.time;
            return state.accept(record.tx, options) ? 1 : 0;
        });
    }
    ledger.call([&saved](ledger::State& state) {
        for (const auto& [txid, delta] : saved->fee_deltas)
            state.mempool.prioritise(txid, delta);
        for (const auto& txid : saved->unbroadcast)
            if (state.mempool.contains(txid)) state.mempool.add_unbroadcast(txid);
    });
    log::info("Mempool: {} of {} saved transactions accepted", accepted,
              saved->transactions.size());
}

}  // namespace daler::node
