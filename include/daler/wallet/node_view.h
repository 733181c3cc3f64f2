#pragma once

#include <daler/chain/chain_view.h>
#include <daler/consensus/rejection.h>
#include <daler/primitives/block.h>

#include <memory>
#include <vector>

namespace daler::wallet {

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
    /// The lowest fee rate the mempool takes now.
    [[nodiscard]] virtual FeeRate min_fee_rate() const = 0;
    [[nodiscard]] virtual FeeRate relay_dust_fee_rate() const = 0;
    /// The rate expected to confirm within `blocks`; nothing if it is not known.
    [[nodiscard]] virtual std::optional<FeeRate> estimate_fee(int blocks) const = 0;
    [[nodiscard]] virtual const ChainParams& params() const = 0;
    [[nodiscard]] virtual const Clock& clock() const = 0;
};

}  // namespace daler::wallet
