#pragma once

#include <daler/coins/undo.h>
#include <daler/encoding/json_writer.h>
#include <daler/primitives/address_format.h>
#include <daler/primitives/transaction_view.h>

namespace daler::rpc {

/// Optional parts of a transaction in an answer.
struct TransactionJsonOptions {
    const coins::TxUndo* spent = nullptr;  ///< the coins it spends: gives the fee
    bool show_prevouts = false;            ///< also the coins themselves (needs `spent`)
    std::optional<BlockHash> block_hash{};
    bool include_hex = true;
};

/// Writes scripts and transactions as decoderawtransaction, getrawtransaction and getblock show
/// them. Each function writes the members of an object that the caller begins and ends.
class TransactionWriter {
public:
    /// Both must outlive it.
    TransactionWriter(JsonWriter& out, const AddressFormat& format) : out_(out), format_(format) {}

    /// The members of the `scriptPubKey` objects: asm, desc, hex, address (where there is one) and
    /// type.
    void script_pubkey(ByteSpan script);
    /// `txid` is that of `tx`.
    void transaction(const TransactionView& tx, const Txid& txid,
                     const TransactionJsonOptions& options = {});

private:
    void input(const TransactionView& tx, std::size_t i, const consensus::Coin* prevout);
    void output(const TransactionView::Output& output, std::size_t i);
    void asm_text(ByteSpan script, bool decode_hash_types);
    void amount(std::string_view name, Amount amount);

    JsonWriter& out_;
    const AddressFormat& format_;
    std::string text_;  ///< of a script, used again and again
};

/// The members of TransactionWriter::script_pubkey as a value.
[[nodiscard]] Json script_pubkey_json(ByteSpan script, const AddressFormat& format);

/// A transaction as a value.
[[nodiscard]] Json transaction_json(const SealedTransaction& tx, const AddressFormat& format,
                                    const TransactionJsonOptions& options = {});

}  // namespace daler::rpc
