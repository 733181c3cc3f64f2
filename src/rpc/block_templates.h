#pragma once

#include <daler/encoding/json.h>
#include <daler/mining/mining.h>
#include <daler/rpc/services.h>

namespace daler::rpc {

/// The options of this node for block templates; the coinbase pays to `script`.
[[nodiscard]] mining::TemplateOptions template_options(const Services& node, Script script);

/// The same for a block that this node mines, signed on signets. Throws an Error if the node does
/// not have the keys for that.
[[nodiscard]] mining::TemplateOptions mining_options(const Services& node, Script script);

/// Stores the data of the last template for getmininginfo.
void remember_template(Services& node, const mining::Template& made);

/// The transactions in `list`, each in hex or by its id in the mempool. -5 "Transaction X not in
/// mempool.", -22 "Transaction decode failed for X. ...". Ledger thread only.
[[nodiscard]] std::vector<TransactionRef> block_transactions(ledger::State& state,
                                                             const Json& list);

}  // namespace daler::rpc
