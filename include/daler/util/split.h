#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace daler {

/// The parts of `text` between the separators, empty ones included: one more than there are
/// separators.
[[nodiscard]] inline std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts{{}};
    for (const char c : text)
        if (c == separator)
            parts.emplace_back();
        else
            parts.back() += c;
    return parts;
}

}  // namespace daler
