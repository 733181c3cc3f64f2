// Payments that wait for a block, and when they are offered to the mempool again.

#include <daler/util/log.h>
#include <daler/wallet/wallet.h>

namespace daler::wallet {
namespace {

constexpr std::int64_t hour = 60 * 60;
constexpr std::int64_t shortest_wait = 12 * hour;
constexpr std::int64_t longest_wait = 36 * hour;
// What came so shortly before the last block had hardly a chance to be in it (seconds).
constexpr std::int64_t fresh_before_block = 5 * 60;

}  // namespace

void Wallet::offer_revived() {
    if (!options().broadcast) return;
    std::ranges::move(history_.take_revived(), std::back_inserter(revived_));
    std::vector<Txid> too_early;
    for (const auto& txid : revived_) {
        const auto& record = *history_.find(txid);
        if (record.status != TxStatus::inactive || record.abandoned) continue;
        const bool mature = std::ranges::all_of(record.tx->inputs, [this](const TxInput& input) {
            const auto* parent = history_.find(input.prevout.txid);
            return !parent || history_.blocks_to_maturity(*parent) == 0;
        });
        if (!mature) {
            too_early.push_back(txid);
        } else if (node().broadcast(record.tx, Amount{0})) {
            transaction_added(record.tx);
        }
    }
    revived_ = std::move(too_early);
}

void Wallet::rebroadcast(Offered what, std::int64_t before) {
    if (!options().broadcast) return;
    std::vector<TransactionRef> unconfirmed;
    for (const auto& [order, txid] : history_.by_order()) {
        const auto& record = *history_.find(txid);
        const bool waits = record.status == TxStatus::inactive ||
                           (record.status == TxStatus::in_mempool && what == Offered::all);
        if (!waits || record.abandoned || record.received > before) continue;
        if (!record.tx->is_coinbase()) unconfirmed.push_back(record.tx);
    }
    std::size_t offered = 0;
    for (const auto& tx : unconfirmed) {
        if (!node().broadcast(tx, Amount{0})) continue;
        transaction_added(tx);
        ++offered;
    }
    if (offered > 0) log::info("wallet {}: resubmit {} unconfirmed transactions", name_, offered);
}

void Wallet::schedule_resend() {
    const auto spread = static_cast<std::uint64_t>(longest_wait - shortest_wait);
    next_resend_ = now() + shortest_wait + static_cast<std::int64_t>(random_.below(spread));
}

void Wallet::resend_if_due() {
    if (now() < next_resend_ || node().view()->initial_download()) return;
    schedule_resend();
    rebroadcast(Offered::all, std::int64_t{tip_->header.time} - fresh_before_block);
}

}  // namespace daler::wallet
