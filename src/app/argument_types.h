#pragma once

#include <daler/client/conversion.h>

#include <vector>

namespace daler::app {

/// The arguments of methods that are not plain text, sorted as client::ConversionTable requires:
/// the client converts the words of its command line by the node's own declarations, and by
/// bitcoind_methods().
[[nodiscard]] std::vector<client::Conversion> argument_types();

}  // namespace daler::app
