#pragma once

#include <daler/index/indexes.h>
#include <daler/ledger/ledger.h>
#include <daler/sync/peer_service.h>
#include <daler/wallet/node_view.h>

namespace daler::node {

/// Gives the wallets access to chain, mempool and peers; the wallet module does not depend on them.
class WalletView final : public wallet::NodeView {
public:
    /// `dust_rate`: the node's -dustrelayfee.
    WalletView(ledger::Ledger& ledger, const index::Indexes& indexes, sync::PeerService& peers,
               const Clock& clock, FeeRate dust_rate, const std::atomic<bool>& stopping)
        : ledger_(ledger),
          indexes_(indexes),
          peers_(peers),
          clock_(clock),
          dust_rate_(dust_rate),
          stopping_(stopping) {}

    [[nodiscard]] std::shared_ptr<const chain::ChainView> view() const override {
        return ledger_.view();
    }
    [[nodiscard]] const chain::BlockIndex& index() const override {
        return ledger_.chain().index();
    }
    [[nodiscard]] Bytes read_block(const chain::BlockEntry& entry) const override {
        return ledger_.chain().read_block_bytes(entry);
    }
    [[nodiscard]] bool may_contain(const chain::BlockEntry& entry,
                                   std::span<const ByteSpan> scripts) const override;
    [[nodiscard]] std::vector<TransactionRef> mempool_transactions() const override;
    [[nodiscard]] bool in_mempool(const Txid& txid) const override;
    [[nodiscard]] consensus::Verdict broadcast(const TransactionRef& tx, Amount max_fee) override;
    [[nodiscard]] consensus::Verdict check(const TransactionRef& tx) const override;
    [[nodiscard]] std::map<Txid, wallet::MempoolChain> mempool_chains(
        const std::set<Txid>& txids) const override;
    [[nodiscard]] wallet::MempoolChain max_chain() const override;
    [[nodiscard]] wallet::BumpFees bump_fees(std::span<const OutPoint> outputs,
                                             FeeRate rate) const override;
    [[nodiscard]] std::optional<bool> is_replaceable(const Txid& txid) const override;
    [[nodiscard]] bool has_descendants(const Txid& txid) const override;
    [[nodiscard]] FeeRate incremental_fee_rate() const override;
    [[nodiscard]] FeeRate full_mempool_fee_rate() const override;
    [[nodiscard]] FeeRate min_fee_rate() const override;
    [[nodiscard]] FeeRate relay_dust_fee_rate() const override { return dust_rate_; }
    [[nodiscard]] fees::SmartEstimate estimate_fee(int blocks, bool conservative) const override;
    [[nodiscard]] const ChainParams& params() const override { return ledger_.params(); }
    [[nodiscard]] const Clock& clock() const override { return clock_; }
    [[nodiscard]] bool is_stopping() const override { return stopping_; }

private:
    ledger::Ledger& ledger_;
    const index::Indexes& indexes_;
    sync::PeerService& peers_;
    const Clock& clock_;
    FeeRate dust_rate_;
    const std::atomic<bool>& stopping_;
};

}  // namespace daler::node
