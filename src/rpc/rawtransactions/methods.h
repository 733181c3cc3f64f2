#pragma once

#include <daler/rpc/method.h>

namespace daler::rpc {

// The functions of the methods in methods.cpp, grouped by file.

// broadcast.cpp
[[nodiscard]] Json sendrawtransaction(Call& call);
[[nodiscard]] Json testmempoolaccept(Call& call);

// scripts.cpp
[[nodiscard]] Json decodescript(Call& call);

// transactions.cpp
[[nodiscard]] Json createrawtransaction(Call& call);
[[nodiscard]] Json decoderawtransaction(Call& call);
[[nodiscard]] Json getrawtransaction(Call& call);
[[nodiscard]] Json signrawtransactionwithkey(Call& call);

}  // namespace daler::rpc
