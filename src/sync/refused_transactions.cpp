#include "refused_transactions.h"

namespace daler::sync {
namespace {

using consensus::Reason;

/// True if each copy of `tx` is refused, whatever its witness.
bool concerns_all_copies(const SealedTransaction& tx, const mempool::Refused& why) {
    if (why.rejection.reason == Reason::same_non_witness_data) return false;
    // The outputs that it spends are part of the txid.
    if (why.rejection.reason == Reason::nonstandard_inputs) return true;
    // Before its scripts run, a copy without witness passes the same checks as one with a witness.
    // If its scripts fail because the witness is missing, another copy may be valid.
    return !tx.has_witness() && !why.witness_stripped;
}

}  // namespace

void RefusedTransactions::remember(const SealedTransaction& tx, const mempool::Refused& why) {
    // The transaction is known, not invalid, and may be needed again when it has left the mempool.
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
