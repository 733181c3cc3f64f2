#pragma once

#include <daler/chain/chain_view.h>
#include <daler/consensus/rejection.h>
#include <daler/fees/estimator.h>
#include <daler/primitives/block.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace daler {
struct ChainParams;
}

namespace daler::wallet {

/// The numbers of ancestors and descendants of a transaction in the mempool.
struct MempoolChain {
    std::int64_t ancestors = 1;    ///< itself included
    std::int64_t descendants = 1;  ///< the most that it or an ancestor has, itself included
};

/// What payments must pay for the unconfirmed transactions before them; as mempool::BumpFees.
struct BumpFees {
    std::map<OutPoint, Amount> each;  ///< for a payment that spends only this output
    Amount together;                  ///< for one payment that spends all of them
};

/// What a wallet needs of the node. Implemented by the node. Called on the wallet thread; members
/// may block.
class NodeView {
public:
    virtual ~NodeView() = default;
    [[nodiscard]] virtual std::shared_ptr<const chain::ChainView> view() const = 0;
    [[nodiscard]] virtual const chain::BlockIndex& index() const = 0;
    /// The block as it is stored, compared with its checksum. Empty if it is not stored (any more).
    [[nodiscard]] virtual Bytes read_block(const chain::BlockEntry& entry) const = 0;
    /// False if the block's filter (BIP 158) says that the block neither creates nor spends an
    /// output with one of these scripts. True if it may, or if there is no filter.
    [[nodiscard]] virtual bool may_contain(const chain::BlockEntry& entry,
                                           std::span<const ByteSpan> scripts) const = 0;
    /// The transactions in the mempool, parents before children.
    [[nodiscard]] virtual std::vector<TransactionRef> mempool_transactions() const = 0;
    [[nodiscard]] virtual bool in_mempool(const Txid& txid) const = 0;
    /// Puts a transaction into the mempool and announces it. `max_fee` zero: no limit.
    [[nodiscard]] virtual consensus::Verdict broadcast(const TransactionRef& tx,
                                                       Amount max_fee) = 0;
    /// The verdict that `broadcast` would give. Does not broadcast.
    [[nodiscard]] virtual consensus::Verdict check(const TransactionRef& tx) const = 0;
    /// The chains of those of these transactions that are in the mempool.
    [[nodiscard]] virtual std::map<Txid, MempoolChain> mempool_chains(
        const std::set<Txid>& txids) const = 0;
    /// The limits for chains in the mempool.
    [[nodiscard]] virtual MempoolChain max_chain() const = 0;
    /// For payments at `rate` that spend these unconfirmed outputs, as mempool::Mempool::bump_fees.
    [[nodiscard]] virtual BumpFees bump_fees(std::span<const OutPoint> outputs,
                                             FeeRate rate) const = 0;
    /// Whether the mempool's transaction, or one that it depends on, allows its replacement
    /// (BIP 125). Nothing if the mempool lacks it.
    [[nodiscard]] virtual std::optional<bool> is_replaceable(const Txid& txid) const = 0;
    /// Whether transactions of the mempool spend outputs of this one.
    [[nodiscard]] virtual bool has_descendants(const Txid& txid) const = 0;
    /// By how much the fee of a replacement must at least exceed the old one, for its own size.
    [[nodiscard]] virtual FeeRate incremental_fee_rate() const = 0;
    /// What the mempool demands because it was full; 0 if it was not.
    [[nodiscard]] virtual FeeRate full_mempool_fee_rate() const = 0;
    /// The lowest fee rate that the mempool accepts now.
    [[nodiscard]] virtual FeeRate min_fee_rate() const = 0;
    [[nodiscard]] virtual FeeRate relay_dust_fee_rate() const = 0;
    /// The rate expected to confirm within `blocks`, as fees::Estimator::estimate.
    [[nodiscard]] virtual fees::SmartEstimate estimate_fee(int blocks, bool conservative) const = 0;
    [[nodiscard]] virtual const ChainParams& params() const = 0;
    [[nodiscard]] virtual const Clock& clock() const = 0;
    /// Whether the node is stopping, so that long work must end.
    [[nodiscard]] virtual bool is_stopping() const = 0;
};

}  // namespace daler::wallet
