#include "refused_transactions.h"

namespace daler::sync {
namespace {

using consensus::Reason;

/// Whether every copy of `tx` is refused, with whatever witness.
bool concerns_all_copies(const SealedTransaction& tx, const mempool::Refused& why) {
    if (why.rejection.reason == Reason::same_non_witness_data) return false;
    // The outputs that it spends are part of the txid.
    if (why.rejection.reason == Reason::nonstandard_inputs) return true;
    // A copy without witness has passed all checks that one with a witness would meet before its
    // scripts run. If its scripts fail for want of a witness, another copy may be good.
    return !tx.has_witness() && !why.witness_stripped;
}

}  // namespace

void RefusedTransactions::remember(const SealedTransaction& tx, const mempool::Refused& why) {
    // It is not refused but known, and may be wanted again when it has left the mempool.
    const auto reason = why.rejection.reason;
    if (reason == Reason::already_in_mempool || reason == Reason::already_known) return;
    by_wtxid_.insert(tx.wtxid.bytes);
    if (concerns_all_copies(tx, why)) by_txid_.insert(tx.txid.bytes);
}

void RefusedTransactions::remember_child(const SealedTransaction& tx) {
    by_wtxid_.insert(tx.wtxid.bytes);
    by_txid_.insert(tx.txid.bytes);
}

void RefusedTransactions::clear() {
    by_wtxid_.clear();
    by_txid_.clear();
}

}  // namespace daler::sync
