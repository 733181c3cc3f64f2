#pragma once

#include <daler/consensus/check_transaction.h>
#include <daler/consensus/header_rules.h>

#include <optional>

namespace daler {
struct ChainParams;
}

namespace daler::consensus {

/// Parts of check_block that a block template cannot pass yet. By default all parts are checked.
struct BlockChecks {
    bool proof_of_work = true;  ///< and the signet solution
    bool merkle_root = true;
};

/// A block that passed every rule that needs no other block. Only check_block makes one.
class CheckedBlock {
public:
    [[nodiscard]] const BlockRef& block() const { return block_; }
    [[nodiscard]] const BlockHash& hash() const { return hash_; }
    const Block* operator->() const { return block_.get(); }

private:
    friend Result<CheckedBlock, Rejection> check_block(BlockRef block, const BlockHash& hash,
                                                       const ChainParams& params,
                                                       BlockChecks checks);
    CheckedBlock(BlockRef block, const BlockHash& hash) : block_(std::move(block)), hash_(hash) {}
    BlockRef block_;
    BlockHash hash_;
};

/// Proof of work, signet solution, merkle root (and its mutations), sizes, coinbase place,
/// transactions on their own, legacy sigops. `hash` is the header's hash. The checks are in the
/// order of Bitcoin Core, so that both give the same reason.
[[nodiscard]] Result<CheckedBlock, Rejection> check_block(BlockRef block, const BlockHash& hash,
                                                          const ChainParams& params,
                                                          BlockChecks checks = {});

/// Requires: `block` passed check_block. The rules of a block on top of `parents` that need no
/// coins: lock times, the height in the coinbase, the witness commitment, weight.
[[nodiscard]] Verdict check_block_in_chain(const Block& block, const HeaderChain& parents,
                                           const ChainParams& params);

/// True if the header or the coinbase does not commit to these transactions and witnesses. Then a
/// broken rule in this copy does not mean that the block with this hash is invalid.
[[nodiscard]] bool is_mutated(const Block& block, bool segwit_active);

/// The script flags that hold for the block with this height and hash.
[[nodiscard]] std::uint32_t block_script_flags(Height height, const BlockHash& hash,
                                               const ChainParams& params);

/// True if lock times use median time past (BIP 113) and sequences are relative lock times (BIP
/// 68).
[[nodiscard]] bool is_csv_active(Height height, const ChainParams& params);

/// Merkle root over the txids. `*mutated` (if given) is set when two neighbours on one level are
/// equal (CVE-2012-2459).
[[nodiscard]] MerkleRoot merkle_root(const Block& block, bool* mutated = nullptr);
/// Merkle root over the wtxids, the coinbase counting as zero (BIP 141).
[[nodiscard]] MerkleRoot witness_merkle_root(const Block& block);
/// Merkle root of any list of leaves.
[[nodiscard]] MerkleRoot merkle_root(std::vector<Hash256> leaves, bool* mutated = nullptr);

/// Index of the coinbase output that holds the witness commitment (the last that fits, BIP 141).
[[nodiscard]] std::optional<std::size_t> witness_commitment_index(const Block& block);
/// The commitment that a coinbase must carry for this block and witness reserved value.
[[nodiscard]] Hash256 witness_commitment(const Block& block, const Hash256& reserved_value);
/// The output script that carries `commitment` (BIP 141): OP_RETURN, push of 36 bytes.
[[nodiscard]] Script witness_commitment_script(const Hash256& commitment);

}  // namespace daler::consensus
