#pragma once

#include <string_view>

namespace daler {

/// Our own version, as -version and the user agent show it.
inline constexpr std::string_view version = "0.1.0";

/// The version of Bitcoin Core whose behaviour daler follows.
inline constexpr std::string_view compatible_version = "28.1.0";

}  // namespace daler
