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

crypto::Digest256 hash_of_pair(const Wtxid& parent, const Wtxid& child) {
    Bytes both(parent.bytes.begin(), parent.bytes.end());
    both.insert(both.end(), child.bytes.begin(), child.bytes.end());
    return crypto::sha256(both);
}

}  // namespace

void RefusedTransactions::remember(const SealedTransaction& tx, const mempool::Refused& why) {
    // The transaction is known, not invalid, and may be needed again when it has left the mempool.
    const auto reason = why.rejection.reason;
    if (reason == Reason::already_in_mempool || reason == Reason::already_known) return;
    if (why.may_pass_in_package) {
        underpaid_.insert(tx.wtxid.bytes);
        return;
    }
    by_wtxid_.insert(tx.wtxid.bytes);
    if (concerns_all_copies(tx, why)) by_txid_.insert(tx.txid.bytes);
}

void RefusedTransactions::remember_child(const SealedTransaction& tx) {
    by_wtxid_.insert(tx.wtxid.bytes);
    by_txid_.insert(tx.txid.bytes);
}

void RefusedTransactions::remember_pair(const Wtxid& parent, const Wtxid& child) {
    underpaid_.insert(hash_of_pair(parent, child));
}

bool RefusedTransactions::contains_pair(const Wtxid& parent, const Wtxid& child) const {
    return underpaid_.contains(hash_of_pair(parent, child));
}

void RefusedTransactions::clear() {
    underpaid_.clear();
    by_wtxid_.clear();
    by_txid_.clear();
}

}  // namespace daler::sync
