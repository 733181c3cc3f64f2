#pragma once

#include <daler/chain/block_index.h>
#include <daler/primitives/chain_params.h>
#include <daler/util/random.h>
#include <daler/wire/limits.h>

#include <deque>

namespace daler::sync {

/// Reads a peer's headers without storing them until they prove to have enough work. First pass:
/// add up the work and keep one salted bit per 615 headers. Once it is enough, the peer is asked
/// for the same headers again; in this second pass the bits must agree, and a header is released
/// only when enough bits behind it have agreed. So nobody fills our disk with cheap headers. A pure
/// state machine, one per peer.
class HeaderPresync {
public:
    /// The chain starts above `start` and has to reach `required_work` in total. `now` bounds how
    /// many headers there can be.
    HeaderPresync(const ChainParams& params, const chain::BlockEntry& start, U256 required_work,
                  BlockTime now, Random& random);

    struct Step {
        bool ok = true;                    ///< false: give this peer's chain up
        std::vector<BlockHeader> release;  ///< now worth storing, in order
        bool ask_more = false;             ///< request the headers behind `locator()`
        bool finished = false;             ///< nothing is left to do
    };
    /// The next headers message. `is_full`: it had as many headers as one can have, so more may
    /// come.
    [[nodiscard]] Step process(std::span<const BlockHeader> headers, bool is_full);

    [[nodiscard]] std::vector<BlockHash> locator() const;
    /// Headers counted in the first pass so far, as a height.
    [[nodiscard]] Height height() const;

private:
    struct Pass {
        BlockHash last;
        std::uint32_t last_bits = 0;
        Height height = 0;
        U256 work;
    };

    [[nodiscard]] static Step give_up();
    [[nodiscard]] bool extend(Pass& pass, const BlockHeader& header) const;
    [[nodiscard]] bool is_commitment_height(Height height) const;
    [[nodiscard]] bool commitment(const BlockHash& hash) const;
    [[nodiscard]] Step first_pass(std::span<const BlockHeader> headers, bool is_full);
    [[nodiscard]] Step second_pass(std::span<const BlockHeader> headers, bool is_full);
    [[nodiscard]] Pass pass_from_start() const;

    const ChainParams& params_;
    const chain::BlockEntry& start_;
    const U256 required_work_;
    const std::uint64_t k0_;
    const std::uint64_t k1_;
    const Height offset_;  ///< so that nobody knows which headers are committed to
    std::size_t max_commitments_;
    bool again_ = false;  ///< in the second pass
    Pass first_;
    Pass second_;
    std::deque<bool> commitments_;
    std::deque<BlockHeader> waiting_;  ///< of the second pass, not released yet
};

}  // namespace daler::sync
