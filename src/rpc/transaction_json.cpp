#include "rpc/transaction_json.h"

#include <daler/descriptor/addresses.h>
#include <daler/descriptor/descriptor.h>
#include <daler/script/standard.h>
#include <daler/util/ensure.h>

namespace daler::rpc {
namespace {

Amount fee(const TransactionView& tx, const coins::TxUndo& spent) {
    Amount out;
    for (const auto& coin : spent)
        out += coin.output.value;
    for (const auto& output : tx.outputs())
        out -= output.value;
    return out;
}

/// Whether descriptor::infer shows the address of such an output, since the script has no key.
bool is_shown_by_address(script::OutputType type) {
    return type != script::OutputType::pubkey && type != script::OutputType::multisig &&
           type != script::OutputType::witness_v1_taproot;
}

/// The object whose members `write` writes.
Json object_of(const auto& write) {
    std::string text;
    JsonWriter out(text);
    out.begin_object();
    write(out);
    out.end_object();
    auto json = Json::parse(text);
    ensure(json.has_value());
    return std::move(*json);
}

}  // namespace

void TransactionWriter::asm_text(ByteSpan script, bool decode_hash_types) {
    text_.clear();
    script::append_asm(text_, script, decode_hash_types);
    out_.string("asm", text_);
}

void TransactionWriter::amount(std::string_view name, Amount amount) {
    out_.number_text(name, amount.to_text());
}

void TransactionWriter::script_pubkey(ByteSpan script) {
    const auto type = script::solve(script).type;
    const auto address = descriptor::encode_address(script, format_);
    asm_text(script, false);
    if (address && is_shown_by_address(type)) {
        text_.assign("addr(").append(*address).append(")");
        const auto checksum = *descriptor::checksum(text_);
        text_.append("#").append(checksum);
        out_.string("desc", text_);
    } else {
        out_.string("desc", descriptor::infer(Script(script), {}, format_));
    }
    out_.hex("hex", script);
    if (address) out_.string("address", *address);
    out_.string("type", script::name(type));
}

void TransactionWriter::input(const TransactionView& tx, std::size_t i,
                              const consensus::Coin* prevout) {
    const auto& input = tx.inputs()[i];
    out_.begin_object();
    if (tx.is_coinbase()) {
        out_.hex("coinbase", input.script_sig);
    } else {
        out_.reversed_hex("txid", input.prevout.txid.bytes);
        out_.number("vout", input.prevout.index);
        out_.begin_object("scriptSig");
        asm_text(input.script_sig, true);
        out_.hex("hex", input.script_sig);
        out_.end_object();
    }
    if (const auto witness = tx.witness(i); !witness.empty()) {
        out_.begin_array("txinwitness");
        for (const ByteSpan item : witness)
            out_.hex(item);
        out_.end_array();
    }
    if (prevout) {
        out_.begin_object("prevout");
        out_.boolean("generated", prevout->is_coinbase);
        out_.number("height", prevout->height);
        amount("value", prevout->output.value);
        out_.begin_object("scriptPubKey");
        script_pubkey(prevout->output.script_pubkey.bytes());
        out_.end_object();
        out_.end_object();
    }
    out_.number("sequence", input.sequence);
    out_.end_object();
}

void TransactionWriter::output(const TransactionView::Output& output, std::size_t i) {
    out_.begin_object();
    amount("value", output.value);
    out_.number("n", i);
    out_.begin_object("scriptPubKey");
    script_pubkey(output.script_pubkey);
    out_.end_object();
    out_.end_object();
}

void TransactionWriter::transaction(const TransactionView& tx, const Txid& txid,
                                    const TransactionJsonOptions& options) {
    out_.reversed_hex("txid", txid.bytes);
    out_.reversed_hex("hash", tx.has_witness() ? tx.wtxid().bytes : txid.bytes);
    out_.number("version", tx.version());
    out_.number("size", tx.bytes().size());
    out_.number("vsize", tx.vsize());
    out_.number("weight", tx.weight());
    out_.number("locktime", tx.lock_time());
    out_.begin_array("vin");
    const bool shows_prevouts = options.show_prevouts && options.spent;
    for (std::size_t i = 0; i < tx.inputs().size(); ++i)
        input(tx, i, shows_prevouts ? &options.spent->at(i) : nullptr);
    out_.end_array();
    out_.begin_array("vout");
    for (std::size_t i = 0; i < tx.outputs().size(); ++i)
        output(tx.outputs()[i], i);
    out_.end_array();
    if (options.spent) amount("fee", fee(tx, *options.spent));
    if (options.include_hex) out_.hex("hex", tx.bytes());
    if (options.block_hash) out_.reversed_hex("blockhash", options.block_hash->bytes);
}

Json script_pubkey_json(ByteSpan script, const AddressFormat& format) {
    return object_of(
        [&](JsonWriter& out) { TransactionWriter(out, format).script_pubkey(script); });
}

Json transaction_json(const SealedTransaction& tx, const AddressFormat& format,
                      const TransactionJsonOptions& options) {
    const Bytes bytes = encode(tx);
    ByteReader reader(bytes);
    TransactionView view;
    // Without inputs, the first bytes look like the marker of a witness.
    const bool is_read =
        view.read(reader, tx.has_witness() ? WitnessMode::include : WitnessMode::exclude);
    ensure(is_read);
    return object_of([&](JsonWriter& out) {
        TransactionWriter(out, format).transaction(view, tx.txid, options);
    });
}

}  // namespace daler::rpc
