#pragma once

#include "networks/launcher.h"
#include "networks/network.h"

namespace daler::networks {

/// How many hashes the next block takes on average.
[[nodiscard]] Result<double, std::string> hashes_of_a_block(Network& network,
                                                            const NodeEntry& node);

/// Mines `count` blocks that pay to `address`. The error names the node.
[[nodiscard]] Result<void, std::string> mine_to(Network& network, const NodeEntry& node,
                                                std::int64_t count, const std::string& address);

/// Blocks that cost work, with progress on standard error: redrawn on a terminal, else one line at
/// the begin. A signal ends each member with an error, after the block that is being searched.
class HardBlocks {
public:
    /// `total`: how many blocks will be mined. The references must outlive the object.
    HardBlocks(Network& network, const NodeEntry& node, std::int64_t total, Interrupts& interrupts);
    ~HardBlocks();  ///< clears the progress
    HardBlocks(const HardBlocks&) = delete;
    HardBlocks& operator=(const HardBlocks&) = delete;

    /// Mines exactly `count` blocks to `address`.
    [[nodiscard]] Result<void, std::string> mine(std::int64_t count, const std::string& address);
    /// Mines at least `count` blocks to `address`, with all cores where the chain's time runs.
    [[nodiscard]] Result<void, std::string> mine_on_top(std::int64_t count,
                                                        const std::string& address);

private:
    [[nodiscard]] Result<void, std::string> show(std::int64_t done);
    [[nodiscard]] Result<void, std::string> wait_until_mined(std::int64_t count);

    Network& network_;
    const NodeEntry& node_;
    const std::int64_t total_;
    Interrupts& interrupts_;
    std::int64_t done_ = 0;
    const bool is_on_terminal_;
};

}  // namespace daler::networks
