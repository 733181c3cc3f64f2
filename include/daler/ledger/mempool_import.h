#pragma once

#include <daler/ledger/ledger.h>

#include <atomic>

namespace daler::ledger {

/// What an import takes over besides the transactions.
struct MempoolImport {
    bool keeps_times = true;        ///< when they entered; otherwise they enter now
    bool keeps_fee_deltas = true;   ///< adds them to those that there are
    bool keeps_unbroadcast = true;  ///< which ones no peer has requested
};

/// Submits the transactions of a mempool file one by one; the mempool may refuse some. Returns how
/// many it accepted. Ends early if `stop` is set. Blocks, as Ledger::call.
std::size_t import_mempool(Ledger& ledger, const mempool::SavedMempool& saved,
                           const MempoolImport& import, const std::atomic<bool>& stop);

}  // namespace daler::ledger
