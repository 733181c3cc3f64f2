#pragma once

#include <daler/chain/chain_view.h>
#include <daler/consensus/rejection.h>
#include <daler/primitives/block.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace daler::wallet {

/// An unconfirmed transaction and what depends on it.
struct MempoolChain {
    std::int64_t ancestors = 1;    ///< itself included
    std::int64_t descendants = 1;  ///< the most that any ancestor, or itself, has; itself included
};

/// What a wallet asks of the node, implemented by the node. Called on the wallet thread; every
/// member may block.
class NodeView {
public:
    virtual ~NodeView() = default;
    [[nodiscard]] virtual std::shared_ptr<const chain::ChainView> view() const = 0;
    [[nodiscard]] virtual const chain::BlockIndex& index() const = 0;
    /// Null if the block is not stored (any more).
    [[nodiscard]] virtual BlockRef read_block(const chain::BlockEntry& entry) const = 0;
    /// Every transaction now in the mempool, parents before children.
    [[nodiscard]] virtual std::vector<TransactionRef> mempool_transactions() const = 0;
    [[nodiscard]] virtual bool in_mempool(const Txid& txid) const = 0;
    /// Puts a transaction into the mempool and announces it. `max_fee` zero: no limit.
    [[nodiscard]] virtual consensus::Verdict broadcast(const TransactionRef& tx,
                                                       Amount max_fee) = 0;
    /// What `broadcast` would say, without doing it.
    [[nodiscard]] virtual consensus::Verdict check(const TransactionRef& tx) const = 0;
    /// Those of these transactions that the mempool has.
    [[nodiscard]] virtual std::map<Txid, MempoolChain> mempool_chains(
        const std::set<Txid>& txids) const = 0;
    /// How long chains in the mempool may be.
    [[nodiscard]] virtual MempoolChain max_chain() const = 0;
    /// Whether the mempool's transaction, or one that it depends on, allows its replacement
    /// (BIP 125). Nothing if the mempool lacks it.
    [[nodiscard]] virtual std::optional<bool> is_replaceable(const Txid& txid) const = 0;
    /// The lowest fee rate the mempool takes now.
    [[nodiscard]] virtual FeeRate min_fee_rate() const = 0;
    [[nodiscard]] virtual FeeRate relay_dust_fee_rate() const = 0;
    /// The rate expected to confirm within `blocks`; nothing if it is not known.
    [[nodiscard]] virtual std::optional<FeeRate> estimate_fee(int blocks) const = 0;
    [[nodiscard]] virtual const ChainParams& params() const = 0;
    [[nodiscard]] virtual const Clock& clock() const = 0;
    /// Whether long work is to end because the node does.
    [[nodiscard]] virtual bool is_stopping() const = 0;
};

}  // namespace daler::wallet
