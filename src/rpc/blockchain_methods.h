#pragma once

#include <daler/chain/chain_view.h>
#include <daler/ledger/ledger.h>
#include <daler/rpc/method.h>

namespace daler::rpc {

/// The block with this hash, or -5 "Block not found".
[[nodiscard]] const chain::BlockEntry& find_block(const ledger::Ledger& ledger,
                                                  const BlockHash& hash);

// Parts of the blockchain methods, each in its own file.
[[nodiscard]] std::vector<Method> block_methods();       ///< headers and blocks
[[nodiscard]] std::vector<Method> coin_methods();        ///< the coin set
[[nodiscard]] std::vector<Method> tip_methods();         ///< choosing and awaiting the tip
[[nodiscard]] std::vector<Method> deployment_methods();  ///< rules that come into force

}  // namespace daler::rpc
