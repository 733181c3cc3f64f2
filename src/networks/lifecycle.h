#pragma once

#include "networks/launcher.h"
#include "networks/network.h"

namespace daler::networks {

/// Starts nodes that do not run, connects them and waits until all agree. The caller has the lock.
[[nodiscard]] Result<void, std::string> bring_up(Network& network,
                                                 const std::vector<NodeEntry*>& nodes,
                                                 Interrupts* interrupts);

/// Stops `nodes` in order and notes it in the file. The caller has the lock.
[[nodiscard]] Result<void, std::string> stop_nodes(Network& network,
                                                   const std::vector<NodeEntry*>& nodes);

/// Ends a network: stops all nodes, and removes the folder of a network in memory. The caller has
/// the lock.
[[nodiscard]] Result<void, std::string> end_network(Network& network);

/// A new entry for a node in the folder of the network; no file is written.
[[nodiscard]] NodeEntry new_node(const NetworkFile& file, const std::string& name);

/// Makes the folder of a node that keeps its data, and the file with the seed.
[[nodiscard]] Result<void, std::string> prepare_node(const NetworkFile& file,
                                                     const NodeEntry& node);

}  // namespace daler::networks
