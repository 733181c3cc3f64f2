#pragma once

#include "networks/network.h"

namespace daler::networks {

/// What a node has answered to `revert`.
struct NodeReturn {
    std::string node;
    Json answer;          ///< of the RPC
    std::string trouble;  ///< why it did not return; empty: it did
};

/// Returns the running nodes whose entry says `reverting` to that snapshot, all at once. No node of
/// the network has connections meanwhile, so that none gets later blocks from one that has not
/// returned yet; afterwards each makes its connections again, also after an error. The entries are
/// cleared and saved then. A node that ends meanwhile keeps its entry and returns when it is
/// started. The caller has the lock and has saved the file: that is the journal of the change.
[[nodiscard]] Result<std::vector<NodeReturn>, std::string> return_nodes(Network& network);

/// True if a running node has still to return to a snapshot.
[[nodiscard]] bool is_reverting(const NetworkFile& file);

/// Completes the revert of a command that ended in the middle; nothing if that command is still at
/// work. Returns sentences for the user.
[[nodiscard]] std::vector<std::string> finish_revert(const std::filesystem::path& folder);

}  // namespace daler::networks
