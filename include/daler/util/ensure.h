#pragma once

#include <source_location>

namespace daler {

/// Prints the place of the failed check and ends the process.
[[noreturn]] void ensure_failed(const std::source_location& where);

/// States a fact about our own code. On in every build. Not for data from outside.
inline void ensure(bool fact, const std::source_location& where = std::source_location::current()) {
    if (!fact) [[unlikely]]
        ensure_failed(where);
}

}  // namespace daler
