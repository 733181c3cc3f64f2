#pragma once

#include <span>
#include <string>

namespace daler::app {

/// `daler wallet export NAME FILE` and `daler wallet import FILE NAME`, with options of the node
/// that choose the chain and the data folder. Returns the exit code.
[[nodiscard]] int run_wallet(std::span<const std::string> arguments);

}  // namespace daler::app
