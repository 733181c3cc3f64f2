#pragma once

// The methods of `private_networks_methods`, by file. The table in methods.cpp documents them. The
// dispatcher refuses all of them on public chains.

#include <daler/rpc/method.h>

namespace daler::rpc {

// time.cpp
[[nodiscard]] Json advancetime(Call& call);
[[nodiscard]] Json gettime(Call& call);
[[nodiscard]] Json settime(Call& call);

}  // namespace daler::rpc
