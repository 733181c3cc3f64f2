#pragma once

#include <string>
#include <string_view>

namespace daler::client {

/// `text` as one segment of a URL's path: everything but letters, digits and -._~ as %XX.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace daler::client
