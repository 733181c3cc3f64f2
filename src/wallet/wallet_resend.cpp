// Offers unconfirmed transactions of a wallet to the mempool again.

#include <daler/util/log.h>
#include <daler/wallet/wallet.h>

namespace daler::wallet {
namespace {

constexpr std::chrono::seconds shortest_wait = std::chrono::hours{12};
constexpr std::chrono::seconds longest_wait = std::chrono::hours{36};
// A transaction that came less than this before the last block could hardly be in it (seconds).
constexpr std::int64_t fresh_before_block = 5 * 60;

/// Whether more blocks may change the verdict. After a reorganisation the chain may be lower than
/// before.
bool may_come_later(consensus::Reason reason) {
    using consensus::Reason;
    return reason == Reason::not_final_yet || reason == Reason::not_final_bip68 ||
           reason == Reason::coinbase_immature || reason == Reason::inputs_missing_or_spent;
}

/// The payments that replace this one, one after the other.
std::set<Txid> bumps_of(const History& history, const TxRecord& first) {
    std::set<Txid> out;
    for (const auto* record = &first; record && record->notes().replaced_by;) {
        const auto& next = *record->notes().replaced_by;
        if (!out.insert(next).second) break;
        record = history.find(next);
    }
    return out;
}

}  // namespace

bool Wallet::spends_immature(const TxBody& tx) const {
    for (std::uint32_t i = 0; i < tx.input_count(); ++i) {
        const auto* parent = history_.find(tx.prevout(i).txid);
        if (parent && history_.blocks_to_maturity(*parent) > 0) return true;
    }
    return false;
}

void Wallet::offer_displaced() {
    for (const auto& txid : history_.take_displaced())
        displaced_.insert(txid);
    if (!options().broadcast) displaced_.clear();
    std::map<std::uint64_t, TransactionRef> mature;  // parents before children
    std::erase_if(displaced_, [&](const Txid& txid) {
        const auto* record = history_.find(txid);
        // An orphaned transaction is added again by `take_displaced`.
        if (!record || record->status != TxStatus::inactive || record->abandoned) return true;
        if (spends_immature(record->body)) return false;
        mature.emplace(record->order, history_.transaction(*record));
        return true;
    });
    for (const auto& [order, tx] : mature)
        static_cast<void>(offer(tx));
}

consensus::Verdict Wallet::offer(const TransactionRef& tx) {
    if (voids_others(tx->txid) || was_given_up(tx->txid))
        return consensus::reject(consensus::Reason::mempool_conflict);
    // What replaces it is wanted more. If that is refused now, this one still pays.
    if (const auto* newer = pending_replacement(tx->txid)) {
        if (auto verdict = offer(history_.transaction(*newer))) return verdict;
    }
    auto verdict = node().broadcast(tx, Amount{0});
    if (verdict)
        note_transaction(tx);
    else if (may_come_later(verdict.error().reason))
        displaced_.insert(tx->txid);
    return verdict;
}

bool Wallet::voids_others(const Txid& txid) const {
    const auto* record = history_.find(txid);
    const auto old_txid = record ? record->notes().replaces : std::nullopt;
    const auto* old = old_txid ? history_.find(*old_txid) : nullptr;
    return old && old->status != TxStatus::conflicted && history_.has_children(*old);
}

bool Wallet::was_given_up(const Txid& txid) const {
    const auto* record = history_.find(txid);
    if (!record) return false;
    const auto bumps = bumps_of(history_, *record);
    return std::ranges::any_of(history_.conflicts(*record), [&](const Txid& other) {
        const auto& rival = *history_.find(other);
        return rival.order > record->order && history_.depth(rival) == 0 && !rival.abandoned &&
               history_.is_from_me(rival.body) && !bumps.contains(other);
    });
}

const TxRecord* Wallet::pending_replacement(const Txid& txid) const {
    const auto* record = history_.find(txid);
    const auto by = record ? record->notes().replaced_by : std::nullopt;
    const auto* newer = by ? history_.find(*by) : nullptr;
    return newer && newer->status == TxStatus::inactive && !newer->abandoned ? newer : nullptr;
}

bool Wallet::is_awaited(const Txid& parent) const {
    return std::ranges::any_of(displaced_, [&](const Txid& txid) {
        const auto* record = history_.find(txid);
        return record && record->body.spends_from(parent);
    });
}

void Wallet::rebroadcast(Offered what, std::int64_t before) {
    if (!options().broadcast) return;
    std::vector<TransactionRef> unconfirmed;
    for (const auto& record : history_.records()) {
        const bool waits = record.status == TxStatus::inactive ||
                           (record.status == TxStatus::in_mempool && what == Offered::all);
        if (!waits || record.abandoned || record.received > before) continue;
        if (record.is_coinbase()) continue;
        if (spends_immature(record.body))
            displaced_.insert(record.txid);
        else
            unconfirmed.push_back(history_.transaction(record));
    }
    std::size_t offered = 0;
    for (const auto& tx : unconfirmed)
        offered += offer(tx).has_value();
    if (offered > 0) log::info("wallet {}: resubmit {} unconfirmed transactions", name_, offered);
}

void Wallet::schedule_resend() {
    const auto spread = static_cast<std::uint64_t>((longest_wait - shortest_wait).count());
    next_resend_ =
        node().clock().now() + shortest_wait + std::chrono::seconds(random_.below(spread));
}

void Wallet::resend_if_due() {
    if (node().clock().now() < next_resend_ || node().view()->initial_download()) return;
    schedule_resend();
    rebroadcast(Offered::all, std::int64_t{tip_->header.time} - fresh_before_block);
}

}  // namespace daler::wallet
