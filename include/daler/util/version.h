#pragma once

#include <string_view>

namespace daler {

/// Our own version, as -version and the user agent show it.
inline constexpr std::string_view version = "0.1.0";

}  // namespace daler
