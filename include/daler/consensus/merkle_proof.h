#pragma once

#include <daler/primitives/block.h>

#include <vector>

namespace daler::consensus {

/// Shows that a block contains certain transactions: its header, and as much of its merkle tree as
/// leads to them (the message merkleblock of BIP 37, gettxoutproof). The tree is walked from its
/// root, left before right. `flags` has an entry for each visited node: whether transactions to
/// show are below it. `hashes` has the hash of each node that is not opened: those without such
/// transactions, and the transactions themselves.
struct MerkleProof {
    BlockHeader header;
    std::uint32_t transactions = 0;  ///< how many the block has, as the proof says
    std::vector<Hash256> hashes;
    std::vector<bool> flags;

    bool operator==(const MerkleProof&) const = default;
};

/// The proof that `block` contains the transactions for which `shown` is true, one entry for each
/// transaction of the block. Requires: the block has a transaction.
[[nodiscard]] MerkleProof prove(const Block& block, const std::vector<bool>& shown);

/// The transactions that a proof shows to be below the merkle root of its header, in the order of
/// the block. Nothing if it does not hold. It says nothing about the header. A proof that holds can
/// still show an inner node of the tree as a transaction, if it lies about the number of
/// transactions: compare that with the block's (CVE-2017-12842).
[[nodiscard]] std::optional<std::vector<Txid>> proved_transactions(const MerkleProof& proof);

/// The position in the block of a transaction that the proof shows. Nothing if it does not hold or
/// does not show the transaction.
[[nodiscard]] std::optional<std::uint32_t> proved_position(const MerkleProof& proof,
                                                           const Txid& txid);

[[nodiscard]] Bytes encode(const MerkleProof& proof);
/// Reads a proof; bytes behind it are ignored, as Bitcoin Core does. Memory use depends on the
/// bytes that are there.
[[nodiscard]] Result<MerkleProof, DecodeError> decode_merkle_proof(ByteSpan bytes);

}  // namespace daler::consensus
