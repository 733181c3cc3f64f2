#pragma once

#include <daler/client/conversion.h>

#include <span>

namespace daler::app {

/// The arguments that are not plain text of methods of Bitcoin Core 28.1 which the node does not
/// have: daler-cli may talk to a bitcoind.
[[nodiscard]] std::span<const client::Conversion> bitcoind_methods();

}  // namespace daler::app
