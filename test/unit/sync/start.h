#pragma once

#include <sync/types.h>

namespace daler::sync::test {

/// When the tests' clocks start.
inline const Time start{std::chrono::seconds(1'000'000)};

}  // namespace daler::sync::test
