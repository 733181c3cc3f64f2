#pragma once

#include <daler/primitives/block.h>

#include <optional>

namespace daler {
struct ChainParams;
}

namespace daler::consensus {

/// The two virtual transactions of BIP 325: `to_sign` spends the only output of `to_spend`, which
/// commits to the block and pays to the challenge of the chain.
struct SignetTransactions {
    Transaction to_spend;
    Transaction to_sign;  ///< with the solution found in the block, if there is one
};

/// Builds them for `block`. Nothing if the block has no coinbase or witness commitment, or its
/// solution does not parse.
[[nodiscard]] std::optional<SignetTransactions> signet_transactions(const Block& block,
                                                                    const Bytes& challenge);

/// Adds `solution` (the encoded scriptSig and witness of `to_sign`) to the witness commitment
/// output's script, as a miner does. BIP 325.
void append_signet_solution(Script& commitment_script, ByteSpan solution);

/// True if the block carries a signature that satisfies the challenge of its signet, or is the
/// genesis block.
[[nodiscard]] bool has_signet_solution(const Block& block, const BlockHash& hash,
                                       const ChainParams& params);

}  // namespace daler::consensus
