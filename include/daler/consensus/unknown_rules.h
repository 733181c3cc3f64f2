#pragma once

#include <daler/consensus/version_bits.h>

#include <array>
#include <map>
#include <optional>
#include <vector>

namespace daler::consensus {

/// Rules that miners have voted in by a bit of the block version (BIP 9), and that this program
/// does not know. A vote for a bit counts if no deployment of the chain asked for it at that time.
/// Remembers the states after whole windows, so that a call looks at new blocks only. The
/// parameters must outlive it. Not thread-safe.
class UnknownRules {
public:
    explicit UnknownRules(const ChainParams& params) : params_(params) {}

    /// The lowest bit whose unknown rules hold for the block after `parents`.
    [[nodiscard]] std::optional<int> first_active(const HeaderChain& parents);

private:
    static constexpr int bit_count = 29;  ///< BIP 9: the other three mark a version as a bit field
    using States = std::array<DeploymentState, bit_count>;
    using Votes = std::array<std::int32_t, bit_count>;

    /// The states after the window that ends at height `edge`; its last state before that.
    [[nodiscard]] States next(const States& states, const HeaderChain& chain, Height edge);
    [[nodiscard]] Votes votes(const HeaderChain& chain, Height edge);

    const ChainParams& params_;
    std::vector<DeploymentCache> deployments_;
    std::map<BlockHash, States> known_;  ///< by the last block of a window
};

}  // namespace daler::consensus
