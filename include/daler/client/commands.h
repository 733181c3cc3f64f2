#pragma once

#include <daler/client/connection.h>
#include <daler/client/output.h>

#include <span>

namespace daler::client {

/// -getinfo: an overview as text, with colours for a terminal or without.
[[nodiscard]] Outcome getinfo(RpcConnection& connection, bool coloured);

/// -generate [blocks [max tries]]: mines to a new address of the wallet.
[[nodiscard]] Outcome generate(RpcConnection& connection, std::span<const std::string> words);

/// -netinfo: a line per connection.
[[nodiscard]] Outcome netinfo(RpcConnection& connection);

/// -addrinfo: how many addresses are known, by network.
[[nodiscard]] Outcome addrinfo(RpcConnection& connection);

/// The answers that make up the overview; those of wallets are null where there is none.
struct Overview {
    Json network;                                            ///< getnetworkinfo
    Json chain;                                              ///< getblockchaininfo
    Json wallet;                                             ///< getwalletinfo
    Json balances;                                           ///< getbalances
    std::vector<std::pair<std::string, Json>> all_balances;  ///< of each wallet, if several
};
/// The text of an overview. `coloured`: with the escape sequences of terminals (ECMA-48).
[[nodiscard]] std::string overview_text(const Overview& overview, bool coloured);

}  // namespace daler::client
