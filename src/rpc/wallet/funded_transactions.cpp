#include "rpc/transaction_arguments.h"
#include "rpc/wallet/funding.h"
#include "rpc/wallet/methods.h"
#include "rpc/wallet/spending.h"
#include "rpc/wallet_call.h"

#include <daler/encoding/hex.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>

namespace daler::rpc {
namespace {

void append_result(Json& out, const wallet::Payment& payment) {
    out.append("fee", from_amount(payment.fee));
    out.append("changepos", payment.change_position
                                ? static_cast<std::int64_t>(*payment.change_position)
                                : std::int64_t{-1});
}

}  // namespace

Json fundrawtransaction(Call& call) {
    std::optional<bool> is_witness;
    if (call.has(2)) is_witness = call.boolean(2, true);
    const auto tx = decode_hex_in_any_form(call.string(0), is_witness);
    const Json& options = call.json(1);
    // Outputs have no names here. A program may give this word for the first of them.
    const std::vector<std::string> names(tx.outputs.size(), "dummy");
    Funding funding{
        .request = request_to_pay(tx.outputs, names, option(options, "subtractFeeFromOutputs"))};
    take_inputs(tx, find_spent_coins(call.node().ledger, tx), funding.request);
    funding.request.any_fee_rate = true;
    read_funding_options(options, call.node().params, funding);
    const auto payment =
        with_wallet(call, [&](wallet::Wallet& wallet) { return fund(wallet, funding); });
    Json out = Json::object();
    out.append("hex", to_hex(encode(*payment.tx)));
    append_result(out, payment);
    return out;
}

Json walletcreatefundedpsbt(Call& call) {
    const Json& options = call.json(3);
    const Json replaceable = option(options, "replaceable");
    Funding funding =
        funding_of({.inputs = call.json(0),
                    .outputs = call.json(1),
                    .lock_time = call.json(2),
                    .fee_payers = option(options, "subtractFeeFromOutputs"),
                    .replaceable = replaceable.is_null() ? replaceable_by_default(call)
                                                         : to_bool(replaceable)},
                   call.node());
    funding.request.any_fee_rate = true;
    read_funding_options(with_input_weights(options, call.json(0)), call.node().params, funding);
    wallet::PsbtFilling filling{.sign = false, .origins = call.boolean(4, true)};
    filling.options.sighash_type = script::sighash_all;
    psbt::Psbt psbt;
    const auto payment = with_wallet(call, [&](wallet::Wallet& wallet) {
        auto funded = fund(wallet, funding);
        psbt = psbt::Psbt(*funded.tx);
        value_of(wallet.fill_psbt(psbt, filling));
        return funded;
    });
    Json out = Json::object();
    out.append("psbt", psbt::to_base64(psbt));
    append_result(out, payment);
    return out;
}

}  // namespace daler::rpc
