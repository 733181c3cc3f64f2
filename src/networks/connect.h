#pragma once

#include "networks/network.h"

namespace daler::networks {

/// Connects `nodes`, which have just started, with the running nodes they are linked with, and the
/// first node of the network with the peers outside. Returns when the links have their connections.
/// The error names a node that has too few.
[[nodiscard]] Result<void, std::string> connect_nodes(Network& network,
                                                      const std::vector<NodeEntry*>& nodes);

}  // namespace daler::networks
