#pragma once

#include <daler/rpc/method.h>

namespace daler::rpc {

// The functions of the methods in methods.cpp, grouped by file.

// broadcast.cpp
[[nodiscard]] Json sendrawtransaction(Call& call);

// packages.cpp
[[nodiscard]] Json submitpackage(Call& call);
[[nodiscard]] Json testmempoolaccept(Call& call);

// psbts.cpp
[[nodiscard]] Json analyzepsbt(Call& call);
[[nodiscard]] Json combinepsbt(Call& call);
[[nodiscard]] Json converttopsbt(Call& call);
[[nodiscard]] Json createpsbt(Call& call);
[[nodiscard]] Json decodepsbt(Call& call);
[[nodiscard]] Json finalizepsbt(Call& call);
[[nodiscard]] Json joinpsbts(Call& call);

// psbt_updates.cpp
[[nodiscard]] Json descriptorprocesspsbt(Call& call);
[[nodiscard]] Json utxoupdatepsbt(Call& call);

// scripts.cpp
[[nodiscard]] Json decodescript(Call& call);

// transactions.cpp
[[nodiscard]] Json combinerawtransaction(Call& call);
[[nodiscard]] Json createrawtransaction(Call& call);
[[nodiscard]] Json decoderawtransaction(Call& call);
void getrawtransaction(Call& call, JsonWriter& result);
[[nodiscard]] Json signrawtransactionwithkey(Call& call);

}  // namespace daler::rpc
