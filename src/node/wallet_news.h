#pragma once

#include <daler/ledger/ledger.h>
#include <daler/wallet/wallet_service.h>

namespace daler::node {

/// Carries the ledger's news to the wallets, which only queue them.
class WalletNews final : public ledger::Listener {
public:
    explicit WalletNews(wallet::WalletService& wallets) : wallets_(wallets) {}

    void block_connected(const chain::BlockEntry& entry, const BlockRef& block) override {
        wallets_.block_connected(entry, block);
    }
    void block_disconnected(const chain::BlockEntry& entry, const BlockRef&) override {
        wallets_.block_disconnected(entry);
    }
    void tip_changed(const std::shared_ptr<const chain::ChainView>&) override {}
    void transaction_added(const TransactionRef& tx) override { wallets_.transaction_added(tx); }
    void transaction_removed(const TransactionRef& tx, mempool::RemovalReason reason) override {
        // The block itself is better news: in between, the payment would be neither here nor there.
        if (reason == mempool::RemovalReason::block) return;
        if (reason == mempool::RemovalReason::reorg) {
            wallets_.transaction_displaced(tx);
        } else {
            wallets_.transaction_removed(tx);
        }
    }

private:
    wallet::WalletService& wallets_;
};

}  // namespace daler::node
