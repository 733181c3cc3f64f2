#pragma once

#include <daler/consensus/rejection.h>
#include <daler/primitives/block.h>
#include <daler/primitives/u256.h>

namespace daler {
struct ChainParams;
}

namespace daler::consensus {

/// The data of a block's ancestors that the rules need. Implemented by chain (over its block
/// index) and by tests.
class HeaderChain {
public:
    virtual ~HeaderChain() = default;
    /// Height of the last header of this chain.
    [[nodiscard]] virtual Height height() const = 0;
    /// The header at `height`, which is between 0 and height().
    [[nodiscard]] virtual BlockHeader header(Height height) const = 0;
    /// Median of the times of the header at `height` and its up to 10 ancestors (BIP 113).
    [[nodiscard]] virtual BlockTime median_time_past(Height height) const = 0;
};

/// Expands the compact form. Nothing for negative, zero or overflowing targets, or targets above
/// `limit`.
[[nodiscard]] std::optional<U256> target_from_bits(std::uint32_t bits, const U256& limit);
/// Expands the compact form without a limit, for display. Zero if negative or overflowing.
[[nodiscard]] U256 expand_bits(std::uint32_t bits);
[[nodiscard]] std::uint32_t bits_from_target(const U256& target);
/// The expected number of hashes behind a block: 2^256 / (target + 1); zero for invalid bits.
[[nodiscard]] U256 work_of(std::uint32_t bits);
/// The ratio to the easiest target of mainnet, as getdifficulty shows it.
[[nodiscard]] double difficulty(std::uint32_t bits);

/// Whether anyone can make a block of this chain in a moment: its target never changes and takes
/// few hashes, and it needs no signature.
[[nodiscard]] bool blocks_are_free(const ChainParams& params);

/// True if `hash` meets the target that `bits` claims and the claim is within the chain's limit.
[[nodiscard]] bool has_proof_of_work(const BlockHash& hash, std::uint32_t bits,
                                     const ChainParams& params);

/// The bits that the block after `chain` must have, given its time (which matters on testnets).
[[nodiscard]] std::uint32_t next_bits(const HeaderChain& chain, BlockTime block_time,
                                      const ChainParams& params);

/// How far ahead of our clock a block's time may be.
inline constexpr std::chrono::hours max_future_block_time{2};
/// BIP 94: how far before its parent the first block of a window may be.
inline constexpr std::chrono::seconds max_timewarp{600};

/// Proof of work of the header itself: Reason::high_hash.
[[nodiscard]] Verdict check_header(const BlockHeader& header, const BlockHash& hash,
                                   const ChainParams& params);

/// The rules of a header on top of `parents`, with our clock at `now`: bits, times, version.
[[nodiscard]] Verdict check_header_in_chain(const BlockHeader& header, const HeaderChain& parents,
                                            BlockTime now, const ChainParams& params);

/// The new coins of the block at `height`: halved every interval, zero from the 64th halving on.
[[nodiscard]] Amount block_subsidy(Height height, const ChainParams& params);

}  // namespace daler::consensus
