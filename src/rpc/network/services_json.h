#pragma once

#include <daler/encoding/json.h>

namespace daler::rpc {

/// The names of the services that these bits offer; "UNKNOWN[2^N]" for a bit without a name.
[[nodiscard]] Json service_names(std::uint64_t services);

/// The bits themselves: 16 hex digits.
[[nodiscard]] Json service_hex(std::uint64_t services);

}  // namespace daler::rpc
