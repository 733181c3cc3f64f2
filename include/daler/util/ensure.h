#pragma once

#include <source_location>

namespace daler {

/// Prints where the broken promise is and ends the process.
[[noreturn]] void ensure_failed(const std::source_location& where);

/// States a fact about our own code. On in every build; never used on data from outside.
inline void ensure(bool fact, const std::source_location& where = std::source_location::current()) {
    if (!fact) [[unlikely]]
        ensure_failed(where);
}

}  // namespace daler
