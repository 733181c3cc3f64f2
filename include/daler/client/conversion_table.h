#pragma once

#include <daler/client/conversion.h>

namespace daler::client {

/// Which arguments of the node's methods are no plain texts. Its source is written by
/// daler_cli_table when the program is built.
[[nodiscard]] ConversionTable conversion_table();

}  // namespace daler::client
