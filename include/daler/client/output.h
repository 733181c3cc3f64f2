#pragma once

#include <daler/encoding/json.h>

#include <string>

namespace daler::client {

/// What to print, where, and how the program ends.
struct Outcome {
    int exit_code = 0;  ///< 0: `text` goes to standard output, else to standard error
    std::string text;   ///< without the final line end; empty: print nothing
};

/// A result as it is printed: texts bare, null not at all, everything else as indented JSON.
[[nodiscard]] std::string result_text(const Json& result);

/// What follows from the reply to a call.
[[nodiscard]] Outcome outcome_of(const Json& reply);

/// The outcome for trouble that is no RPC error: "error: REASON", exit code 1.
[[nodiscard]] Outcome failure(const std::string& reason);

}  // namespace daler::client
