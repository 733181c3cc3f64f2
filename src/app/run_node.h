#pragma once

#include <span>
#include <string>

namespace daler::app {

/// `daler node`, `dalerd`: reads the settings, runs a node until a signal or the RPC `stop`,
/// returns an exit code.
[[nodiscard]] int run_node(std::span<const std::string> arguments);

}  // namespace daler::app
