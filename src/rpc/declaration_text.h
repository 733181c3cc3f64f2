#pragma once

#include <daler/rpc/declaration.h>

#include <string>

// Declarations as the lines that help shows.

namespace daler::rpc {

/// An argument as the first line of the help shows it: strings in quotes, arrays and objects with
/// what is in them.
[[nodiscard]] std::string in_line(const Argument& argument);

/// "(numeric, optional, default=0) " and the sentence.
[[nodiscard]] std::string described(const Argument& argument);

/// The lines for what is in an object or an array, if that is declared.
[[nodiscard]] std::string parts_text(const Argument& argument);

/// The lines of a value of a result, each with its description at the right.
[[nodiscard]] std::string result_text(const ResultField& result);

/// The first of "name|alias".
[[nodiscard]] std::string_view first_name(const Argument& argument);

}  // namespace daler::rpc
