#pragma once

#include <daler/config/option.h>

#include <optional>
#include <string>

namespace daler::config {

/// A sentence that says what is wrong with `text` as a value of `option`; nothing if it is
/// well-formed.
[[nodiscard]] std::optional<std::string> check_value(const Option& option, std::string_view text);

/// The whole number that `text` spells (spaces around it aside), if it is one.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

/// `text` without white space at its ends.
[[nodiscard]] std::string_view trim(std::string_view text);

}  // namespace daler::config
