// How a wallet follows the chain and the mempool.

#include <daler/primitives/chain_params.h>
#include <daler/util/log.h>
#include <daler/wallet/wallet.h>

namespace daler::wallet {
void Wallet::take_block(const chain::BlockEntry& entry, const Block& block, bool scanning) {
    keys_.top_up_all();
    const auto known_before = keys_.script_count();
    std::size_t known = 0;
    // A payment may extend a range to addresses that earlier transactions of the block paid. Then
    // the block is read again.
    do {
        known = keys_.script_count();
        for (std::uint32_t i = 0; i < block.transactions.size(); ++i)
            history_.confirm(block.transactions[i], entry, i, now(), scanning);
    } while (keys_.script_count() != known);
    note_changes();
    // Transactions in the mempool may pay to the new addresses too. A scan reads the mempool at its
    // end.
    if (!scanning && known != known_before) adopt_mempool();
}

void Wallet::block_connected(const chain::BlockEntry& entry, const BlockRef& block) {
    // A notification may be older than the chain that was read when the wallet was opened.
    if (entry.is_ancestor_of(*tip_)) return;
    if (entry.previous != tip_ || !block) {
        if (auto done = follow(entry); !done) {
            log::error("wallet {}: cannot follow the chain: {}", name_, done.error().message);
            return;
        }
    } else {
        take_block(entry, *block, false);
        tip_ = &entry;
        history_.set_tip_height(entry.height);
        ++unwritten_blocks_;
    }
    offer_displaced();
}

void Wallet::block_disconnected(const chain::BlockEntry& entry) {
    if (tip_ != &entry) return;
    tip_ = entry.previous;
    history_.rewind(tip_->height);
    report_moves();
    ++unwritten_blocks_;
}

void Wallet::transaction_added(const TransactionRef& tx) {
    note_transaction(tx);
    // The parent may be a payment of another wallet of this node, which offered it later.
    if (is_awaited(tx->txid)) offer_displaced();
}

void Wallet::note_transaction(const TransactionRef& tx) {
    keys_.top_up_all();
    const auto known = keys_.script_count();
    history_.mempool_added(tx, now());
    note_changes();
    if (keys_.script_count() != known) adopt_mempool();
}

void Wallet::transaction_removed(const TransactionRef& tx) {
    history_.mempool_removed(tx);
}

void Wallet::transaction_displaced(const TransactionRef& tx) {
    history_.mempool_removed(tx);
    if (history_.find(tx->txid)) displaced_.insert(tx->txid);
}

void Wallet::adopt_mempool() {
    const auto transactions = node().mempool_transactions();
    if (transactions.empty()) return;
    keys_.top_up_all();
    std::size_t known = 0;
    do {
        known = keys_.script_count();
        for (const auto& tx : transactions)
            history_.mempool_added(tx, now());
    } while (keys_.script_count() != known);
    note_changes();
}

void Wallet::refresh_mempool() {
    history_.mempool_lost();
    adopt_mempool();
}

void Wallet::note_changes() {
    note_used_addresses();
    unlock_spent_coins();
    report_moves();
}

void Wallet::report_moves() {
    std::set<Txid> reported;
    for (const auto& txid : history_.take_moved()) {
        if (!options().transaction_moved || !reported.insert(txid).second) continue;
        if (const auto* record = history_.find(txid)) options().transaction_moved(name_, *record);
    }
}

void Wallet::unlock_spent_coins() {
    std::erase_if(locked_, [this](const OutPoint& coin) { return history_.is_spent(coin); });
    if (std::erase_if(persistent_locked_,
                      [this](const OutPoint& coin) { return history_.is_spent(coin); }) > 0) {
        locks_changed_ = true;
    }
}

void Wallet::note_used_addresses() {
    for (const auto& place : history_.take_used()) {
        descriptors_changed_.insert(place.record);
        // An address that was paid must have been given out, perhaps by another copy of this
        // wallet.
        if (keys_.active_internal(place.record).value_or(true)) continue;
        const auto scripts = keys_.records()[place.record].descriptor.scripts(place.index);
        if (!scripts) continue;
        const auto address = descriptor::encode_address(scripts->front(), params().address);
        if (address && !labels_.contains(*address)) put_label(*address, {"", "receive"});
    }
}

}  // namespace daler::wallet
