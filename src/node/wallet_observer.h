#pragma once

#include <daler/ledger/ledger.h>
#include <daler/wallet/wallet_service.h>

namespace daler::node {

/// Passes the ledger's notifications to the wallets, which queue them.
class WalletObserver final : public ledger::LedgerObserver {
public:
    explicit WalletObserver(wallet::WalletService& wallets) : wallets_(wallets) {}

    void block_connected(const chain::BlockEntry& entry, const BlockRef& block) override {
        wallets_.block_connected(entry, block);
    }
    void block_disconnected(const chain::BlockEntry& entry, const BlockRef&) override {
        wallets_.block_disconnected(entry);
    }
    void transaction_added(const TransactionRef& tx, Amount, std::int64_t, std::uint64_t) override {
        wallets_.transaction_added(tx);
    }
    void transaction_removed(const TransactionRef& tx, mempool::RemovalReason reason,
                             std::uint64_t) override {
        // `block_connected` follows. Until then the payment stays in the mempool for the wallet.
        if (reason == mempool::RemovalReason::block) return;
        if (reason == mempool::RemovalReason::reorg)
            wallets_.transaction_displaced(tx);
        else
            wallets_.transaction_removed(tx);
    }

private:
    wallet::WalletService& wallets_;
};

}  // namespace daler::node
