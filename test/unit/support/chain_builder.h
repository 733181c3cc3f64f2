#pragma once

#include <daler/primitives/chain_params.h>

#include <map>
#include <span>
#include <vector>

namespace daler::test {

/// The output script that anybody can spend with an empty scriptSig: OP_TRUE.
[[nodiscard]] Script anyone_can_spend();

/// A transaction that spends `inputs` (with empty scriptSigs) and pays `values` to
/// anyone_can_spend.
[[nodiscard]] TransactionRef spend(std::span<const OutPoint> inputs,
                                   std::span<const Amount> values);
/// One input, one output.
[[nodiscard]] TransactionRef spend(const OutPoint& input, Amount value);
[[nodiscard]] inline OutPoint first_output(const TransactionRef& tx) {
    return {tx->txid, 0};
}

/// Makes valid blocks, on top of genesis and of each other. Equal arguments give different blocks.
class ChainBuilder {
public:
    explicit ChainBuilder(ChainParams params = regtest_params());

    [[nodiscard]] const ChainParams& params() const { return params_; }
    [[nodiscard]] const BlockHash& genesis() const { return params_.genesis_hash; }

    /// The settings of a block that differ from the usual ones.
    struct Plan {
        std::vector<TransactionRef> transactions;  ///< without the coinbase
        Amount fees;                               ///< the coinbase claims them besides the subsidy
        std::uint32_t time = 0;                    ///< 0: one second after the parent
        Script payout = anyone_can_spend();
    };
    /// A block on `parent` (made here, or genesis).
    [[nodiscard]] BlockRef block(const BlockHash& parent, Plan plan);
    [[nodiscard]] BlockRef block(const BlockHash& parent) { return block(parent, Plan{}); }
    /// `count` empty blocks, one on top of the other.
    [[nodiscard]] std::vector<BlockRef> chain(const BlockHash& parent, std::size_t count);

    /// Gives a changed block its merkle root and proof of work (but no new witness commitment) and
    /// remembers it.
    [[nodiscard]] BlockRef finish(Block block);
    /// Looks for a nonce that gives `header` its proof of work.
    void solve(BlockHeader& header) const;

    [[nodiscard]] Height height(const BlockHash& hash) const { return known_.at(hash).height; }

private:
    struct Known {
        Height height;
        std::uint32_t time;
    };
    ChainParams params_;
    std::map<BlockHash, Known> known_;
    std::uint32_t made_ = 0;
};

}  // namespace daler::test
