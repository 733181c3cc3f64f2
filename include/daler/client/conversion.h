#pragma once

#include <daler/encoding/json.h>

#include <span>
#include <string>
#include <string_view>

namespace daler::client {

/// How a word of the command line becomes an argument. Words without a rule are text.
enum class Rule : std::uint8_t {
    json,          ///< it is JSON, or an error
    json_or_text,  ///< JSON if it parses; else text, unless it begins as a list, object or string
};

/// The position of arguments without one.
inline constexpr std::size_t named_only = static_cast<std::size_t>(-1);

/// One argument of one method that is not plain text.
struct Conversion {
    std::string_view method;
    std::size_t position;    ///< named_only: cannot be given by position
    std::string_view names;  ///< and aliases, separated by '|'
    Rule rule;
};

/// Sorted by method and position.
using ConversionTable = std::span<const Conversion>;

/// The `params` of a call whose arguments are these words, in their order. The error is the text to
/// print.
[[nodiscard]] Result<Json, std::string> positional_params(ConversionTable table,
                                                          std::string_view method,
                                                          std::span<const std::string> words);

/// The same for words of the form name=value; others become positional ones ("args").
[[nodiscard]] Result<Json, std::string> named_params(ConversionTable table, std::string_view method,
                                                     std::span<const std::string> words);

}  // namespace daler::client
