#pragma once

#include <daler/rpc/method.h>

namespace daler::rpc {

// What runs the methods of methods.cpp, by the file that has it.

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
