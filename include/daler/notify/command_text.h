#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace daler::notify {

/// What takes the place of one letter behind "%".
using Placeholder = std::pair<char, std::string>;

/// `command` with the value of each placeholder for its letter: for "%s" that of 's'. A value is
/// not searched for placeholders. All other "%" stay.
[[nodiscard]] std::string filled(std::string_view command, std::span<const Placeholder> values);

/// `text` as one word of a shell's command, whatever it contains.
[[nodiscard]] std::string shell_quoted(std::string_view text);

/// `text` without all but letters, digits, spaces and .,;-_/:?@()
[[nodiscard]] std::string without_unsafe_characters(std::string_view text);

}  // namespace daler::notify
