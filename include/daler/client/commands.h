#pragma once

#include <daler/client/connection.h>
#include <daler/client/output.h>

#include <span>

namespace daler::client {

/// -getinfo: an overview as text.
[[nodiscard]] Outcome getinfo(RpcConnection& connection);

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
[[nodiscard]] std::string overview_text(const Overview& overview);

}  // namespace daler::client
