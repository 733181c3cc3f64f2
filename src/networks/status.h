#pragma once

#include "networks/network.h"

#include <daler/primitives/amount.h>

namespace daler::networks {

/// What a node says about itself.
struct NodeStatus {
    NodeEntry entry;
    bool runs = false;
    std::string trouble;  ///< why it does not run or does not answer; empty: it does
    std::int64_t height = 0;
    std::string tip;  ///< hash
    std::int64_t peers = 0;
    std::int64_t mempool = 0;      ///< transactions
    std::optional<Amount> wallet;  ///< what all its wallets can spend; nothing: it has none
};

/// Asks all nodes at once. In the order of the file.
[[nodiscard]] std::vector<NodeStatus> status_of(Network& network);

/// A line about the network: "net1: regtest, 3 nodes in memory".
[[nodiscard]] std::string title_of(const NetworkFile& file);
/// A line that says where its files are.
[[nodiscard]] std::string place_of(const NetworkFile& file);
/// "The keys of this network are public: for tests only." where they are; else empty.
[[nodiscard]] std::string key_notice(const NetworkFile& file);
/// The table that `ps` prints, and below it a line for each node that does not run.
[[nodiscard]] std::string status_text(const std::vector<NodeStatus>& nodes, bool colours);
/// What `ps --json` prints.
[[nodiscard]] Json status_json(const NetworkFile& file, const std::vector<NodeStatus>& nodes);

}  // namespace daler::networks
