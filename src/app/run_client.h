#pragma once

#include <span>
#include <string>

namespace daler::app {

/// `daler cli`, `daler-cli`: sends a command to a running node, prints its answer, returns an exit
/// code.
[[nodiscard]] int run_client(std::span<const std::string> arguments);

}  // namespace daler::app
