#pragma once

#include <daler/coins/undo.h>
#include <daler/encoding/json.h>
#include <daler/primitives/address_format.h>

namespace daler::rpc {

/// The `scriptPubKey` objects: asm, desc, hex, address (where there is one) and type.
[[nodiscard]] Json script_pubkey_json(ByteSpan script, const AddressFormat& format);

/// Optional parts of a transaction in an answer.
struct TransactionJsonOptions {
    const coins::TxUndo* spent = nullptr;  ///< the coins it spends: gives the fee
    bool show_prevouts = false;            ///< also the coins themselves (needs `spent`)
    std::optional<BlockHash> block_hash{};
    bool include_hex = true;
};

/// A transaction as decoderawtransaction, getrawtransaction and getblock show it.
[[nodiscard]] Json transaction_json(const SealedTransaction& tx, const AddressFormat& format,
                                    const TransactionJsonOptions& options = {});

}  // namespace daler::rpc
