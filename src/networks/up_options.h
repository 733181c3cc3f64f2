#pragma once

#include "networks/arguments.h"
#include "networks/network_file.h"

#include <daler/primitives/amount.h>
#include <daler/primitives/chain_params.h>

namespace daler::networks {

/// What `daler up` was asked for.
struct UpOptions {
    std::string name;  ///< empty: a network in memory
    std::size_t count = 1;
    bool background = false;
    bool json = false;
    std::string mine;  ///< empty: no automatic mining
    Amount fund;       ///< for each wallet
    NetworkFile plan;  ///< all of the file except name, folder, owner, and the nodes' processes
    ChainParams chain;
};

/// Reads and checks the options. The error names the option. No file is written.
[[nodiscard]] Result<UpOptions, std::string> read_up_options(const Arguments& arguments);

/// What `-automine` is for node `index` of `count` if the network mines at `when`. The first node
/// has all of it; random intervals are shared by all nodes, so that forks happen by themselves:
/// poisson:60s on three nodes means poisson:180s on each.
[[nodiscard]] std::string automine_of(std::string_view when, std::size_t index, std::size_t count);

/// The names of new nodes: n1, n2, ...
[[nodiscard]] std::vector<std::string> node_names(std::size_t count);

}  // namespace daler::networks
