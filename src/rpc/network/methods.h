#pragma once

#include <daler/rpc/method.h>

namespace daler::rpc {

// The functions of the methods in methods.cpp, grouped by file.

// connections.cpp
[[nodiscard]] Json addnode(Call& call);
[[nodiscard]] Json disconnectnode(Call& call);
[[nodiscard]] Json getaddednodeinfo(Call& call);
[[nodiscard]] Json ping(Call& call);
[[nodiscard]] Json setnetworkactive(Call& call);

// network_info.cpp
[[nodiscard]] Json getnettotals(Call& call);
[[nodiscard]] Json getnetworkinfo(Call& call);

// peers.cpp
[[nodiscard]] Json getconnectioncount(Call& call);
[[nodiscard]] Json getpeerinfo(Call& call);

}  // namespace daler::rpc
