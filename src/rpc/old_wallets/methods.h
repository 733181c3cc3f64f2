#pragma once

#include <daler/rpc/method.h>

namespace daler::rpc {

// The functions of the methods in methods.cpp, which are in refusals.cpp.

/// The answer of methods that differ in their arguments alone.
[[nodiscard]] Json only_for_old_wallets(Call& call);
[[nodiscard]] Json importprivkey(Call& call);
[[nodiscard]] Json migratewallet(Call& call);

}  // namespace daler::rpc
