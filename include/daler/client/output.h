#pragma once

#include <daler/encoding/json.h>

#include <string>

namespace daler::client {

/// What to print, where, and how the program ends.
struct Outcome {
    int exit_code = 0;  ///< 0: `text` goes to standard output, else to standard error
    std::string text;   ///< without the final line end; empty: print nothing
};

/// The printed form of a result: text without quotes, nothing for null, other values as indented
/// JSON.
[[nodiscard]] std::string result_text(const Json& result);

/// The outcome of the reply to a call.
[[nodiscard]] Outcome outcome_of(const Json& reply);

/// The outcome of an error that is not an RPC error: "error: REASON", exit code 1.
[[nodiscard]] Outcome failure(const std::string& reason);

}  // namespace daler::client
