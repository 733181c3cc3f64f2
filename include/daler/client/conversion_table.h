#pragma once

#include <daler/client/conversion.h>

namespace daler::client {

/// The arguments of the node's methods that are not plain text. daler_cli_table writes the source
/// of the table when the program is built.
[[nodiscard]] ConversionTable conversion_table();

}  // namespace daler::client
