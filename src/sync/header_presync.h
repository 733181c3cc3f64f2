#pragma once

#include <daler/chain/block_index.h>
#include <daler/util/random.h>
#include <daler/wire/limits.h>

#include <deque>

namespace daler {
struct ChainParams;
}

namespace daler::sync {

/// Reads a peer's headers and releases them for storing only when their chain has enough work.
/// First pass: add up the work and store one salted bit per 615 headers. When the work is enough,
/// the same headers are requested again. In this second pass the bits must agree, and a header is
/// released only when enough bits after it have agreed. So a peer cannot fill our disk with headers
/// of little work. A pure state machine, one per peer.
class HeaderPresync {
public:
    /// The chain starts above `start` and must reach `required_work` in total. `now` limits the
    /// number of headers.
    HeaderPresync(const ChainParams& params, const chain::BlockEntry& start, U256 required_work,
                  BlockTime now, Random& random);

    struct Step {
        bool ok = true;                    ///< false: reject this peer's chain
        std::vector<BlockHeader> release;  ///< to be stored, in order
        bool ask_more = false;             ///< request the headers after `locator()`
        bool finished = false;             ///< the presync is complete
    };
    /// Handles the next headers message. `is_full`: it had the most headers that a message may
    /// have, so more may follow.
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
    const Height offset_;  ///< random, so that peers do not know which headers have a bit
    std::size_t max_commitments_;
    bool in_second_pass_ = false;
    Pass first_;
    Pass second_;
    std::deque<bool> commitments_;
    std::deque<BlockHeader> waiting_;  ///< headers of the second pass that are not released yet
};

}  // namespace daler::sync
