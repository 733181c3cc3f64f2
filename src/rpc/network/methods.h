#pragma once

#include <daler/rpc/method.h>

namespace daler::rpc {

// The functions of the methods in methods.cpp, grouped by file.

// addresses.cpp
[[nodiscard]] Json addpeeraddress(Call& call);
[[nodiscard]] Json getaddrmaninfo(Call& call);
[[nodiscard]] Json getnodeaddresses(Call& call);
[[nodiscard]] Json getrawaddrman(Call& call);

// bans.cpp
[[nodiscard]] Json clearbanned(Call& call);
[[nodiscard]] Json listbanned(Call& call);
[[nodiscard]] Json setban(Call& call);

// connections.cpp
[[nodiscard]] Json addconnection(Call& call);
[[nodiscard]] Json addnode(Call& call);
[[nodiscard]] Json disconnectnode(Call& call);
[[nodiscard]] Json getaddednodeinfo(Call& call);
[[nodiscard]] Json ping(Call& call);
[[nodiscard]] Json sendmsgtopeer(Call& call);
[[nodiscard]] Json setnetworkactive(Call& call);

// network_info.cpp
[[nodiscard]] Json getnettotals(Call& call);
[[nodiscard]] Json getnetworkinfo(Call& call);

// peers.cpp
[[nodiscard]] Json getconnectioncount(Call& call);
[[nodiscard]] Json getpeerinfo(Call& call);

}  // namespace daler::rpc
