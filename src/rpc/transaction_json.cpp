#include "rpc/transaction_json.h"

#include <daler/descriptor/addresses.h>
#include <daler/descriptor/descriptor.h>
#include <daler/encoding/hex.h>
#include <daler/rpc/values.h>
#include <daler/script/standard.h>

namespace daler::rpc {
namespace {

Json script_sig_json(const Script& script) {
    Json out = Json::object();
    out.append("asm", script::to_asm(script.bytes(), true));
    out.append("hex", to_hex(script.bytes()));
    return out;
}

Json prevout_json(const consensus::Coin& coin, const AddressFormat& format) {
    Json out = Json::object();
    out.append("generated", coin.is_coinbase);
    out.append("height", coin.height);
    out.append("value", from_amount(coin.output.value));
    out.append("scriptPubKey", script_pubkey_json(coin.output.script_pubkey.bytes(), format));
    return out;
}

Json input_json(const TxInput& input, bool is_coinbase, const consensus::Coin* prevout,
                const AddressFormat& format) {
    Json out = Json::object();
    if (is_coinbase) {
        out.append("coinbase", to_hex(input.script_sig.bytes()));
    } else {
        out.append("txid", input.prevout.txid.to_hex());
        out.append("vout", input.prevout.index);
        out.append("scriptSig", script_sig_json(input.script_sig));
    }
    if (!input.witness.empty()) {
        Json items = Json::array();
        for (const auto& item : input.witness)
            items.push(to_hex(item));
        out.append("txinwitness", std::move(items));
    }
    if (prevout) out.append("prevout", prevout_json(*prevout, format));
    out.append("sequence", input.sequence);
    return out;
}

Amount fee(const Transaction& tx, const coins::TxUndo& spent) {
    Amount in;
    for (const auto& coin : spent)
        in += coin.output.value;
    return in - tx.output_value();
}

}  // namespace

Json script_pubkey_json(ByteSpan script, const AddressFormat& format) {
    const auto type = script::solve(script).type;
    Json out = Json::object();
    out.append("asm", script::to_asm(script));
    out.append("desc", descriptor::infer(Script(script), {}, format));
    out.append("hex", to_hex(script));
    if (const auto address = descriptor::encode_address(script, format))
        out.append("address", *address);
    out.append("type", script::name(type));
    return out;
}

Json transaction_json(const SealedTransaction& tx, const AddressFormat& format,
                      const TransactionJsonOptions& options) {
    const bool is_coinbase = tx.is_coinbase();
    Json out = Json::object();
    out.append("txid", tx.txid.to_hex());
    out.append("hash", tx.wtxid.to_hex());
    out.append("version", tx.version);
    out.append("size", tx.total_size);
    out.append("vsize", tx.vsize());
    out.append("weight", tx.weight());
    out.append("locktime", tx.lock_time);

    Json inputs = Json::array();
    for (std::size_t i = 0; i < tx.inputs.size(); ++i) {
        const bool shown = options.show_prevouts && options.spent;
        inputs.push(
            input_json(tx.inputs[i], is_coinbase, shown ? &options.spent->at(i) : nullptr, format));
    }
    out.append("vin", std::move(inputs));

    Json outputs = Json::array();
    for (std::size_t i = 0; i < tx.outputs.size(); ++i) {
        Json output = Json::object();
        output.append("value", from_amount(tx.outputs[i].value));
        output.append("n", i);
        output.append("scriptPubKey",
                      script_pubkey_json(tx.outputs[i].script_pubkey.bytes(), format));
        outputs.push(std::move(output));
    }
    out.append("vout", std::move(outputs));

    if (options.spent) out.append("fee", from_amount(fee(tx, *options.spent)));
    if (options.include_hex) out.append("hex", to_hex(encode(tx)));
    if (options.block_hash) out.append("blockhash", options.block_hash->to_hex());
    return out;
}

}  // namespace daler::rpc
