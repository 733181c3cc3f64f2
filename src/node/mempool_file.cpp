#include "node/mempool_file.h"

#include <daler/ledger/mempool_import.h>
#include <daler/mempool/saved_mempool.h>
#include <daler/util/log.h>
#include <daler/util/random.h>

namespace daler::node {

// The key keeps virus scanners from finding what somebody put into a transaction.
void MempoolFile::write(const mempool::SavedMempool& saved) const {
    std::array<std::uint8_t, 8> key{};
    fill_secure_random(key);
    const auto bytes =
        is_version_1_ ? mempool::encode_saved_version_1(saved) : mempool::encode_saved(saved, key);
    storage::write_atomically(files_, file_, bytes);
}

std::string MempoolFile::save(ledger::Ledger& ledger) const {
    write(ledger.call([](ledger::State& state) { return state.mempool.saved(); }));
    return file_.string();
}

void MempoolFile::load(ledger::Ledger& ledger, const std::atomic<bool>& stop) const {
    const auto bytes = storage::read_file(files_, file_);
    if (!bytes) return;
    const auto saved = mempool::decode_saved(*bytes);
    if (!saved) {
        log::warning("{} is damaged ({}): starting with an empty mempool", file_.string(),
                     describe(saved.error()));
        return;
    }
    const auto accepted = ledger::import_mempool(ledger, *saved, {}, stop);
    log::info("Mempool: {} of {} saved transactions accepted", accepted,
              saved->transactions.size());
}

}  // namespace daler::node
