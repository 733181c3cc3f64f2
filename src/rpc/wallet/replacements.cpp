#include "rpc/transaction_arguments.h"
#include "rpc/wallet/fee_options.h"
#include "rpc/wallet/methods.h"
#include "rpc/wallet_call.h"

#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>
#include <daler/wallet/replacement.h>

#include <array>
#include <limits>

namespace daler::rpc {
namespace {

using Kind = Json::Kind;

// Sorted, because the first wrong one is reported.
constexpr std::array<Field, 7> bump_option_fields{{
    {"confTarget", Kind::number},
    {"conf_target", Kind::number},
    {"estimate_mode", Kind::string},
    {"fee_rate", {}},
    {"original_change_index", Kind::number},
    {"outputs", {}},
    {"replaceable", Kind::boolean},
}};

std::uint32_t to_position(const Json& value) {
    const auto number = to_integer(value);
    if (number < 0 || number > std::numeric_limits<std::uint32_t>::max())
        throw Error{code::misc, "JSON integer out of range"};
    return static_cast<std::uint32_t>(number);
}

/// Reads the options of bumpfee and psbtbumpfee, in Bitcoin Core's order.
void read_bump_options(const Json& options, const ChainParams& params,
                       wallet::ReplacementRequest& request) {
    if (options.is_null()) return;
    check_object(options, bump_option_fields, true);
    const auto given = [&options](std::string_view key) {
        const Json* found = options.find(key);
        return found ? *found : Json{};
    };
    if (options.find("confTarget") && options.find("conf_target")) {
        throw Error{code::invalid_parameter,
                    "confTarget and conf_target options should not both be set. Use conf_target "
                    "(confTarget is deprecated)."};
    }
    if (const Json* replaceable = options.find("replaceable"))
        request.payment.replaceable = to_bool(*replaceable);
    read_fee_choice(request.payment,
                    given(options.find("confTarget") ? "confTarget" : "conf_target"),
                    given("estimate_mode"), given("fee_rate"));
    if (const Json outputs = given("outputs"); !outputs.is_null()) {
        if (outputs.is_array() && outputs.empty()) {
            throw Error{code::invalid_parameter,
                        "Invalid parameter, output argument cannot be an empty array"};
        }
        request.outputs = construct_outputs(outputs, params);
    }
    if (const Json* index = options.find("original_change_index"))
        request.change_index = to_position(*index);
}

wallet::ReplacementRequest bump_request(const Call& call, bool sign) {
    wallet::ReplacementRequest out;
    out.payment.replaceable = true;
    out.payment.sign = sign;
    out.needs_own_inputs = sign;
    const auto txid = call.hash<Txid>(0);
    read_bump_options(call.json(1), call.node().params, out);
    const auto tx = with_wallet(call, [&](wallet::Wallet& wallet) {
        value_of(wallet.check_unlocked());
        return value_of(wallet::find_replaced(wallet, txid, out));
    });
    for (const auto& [outpoint, coin] : find_spent_coins(call.node().ledger, *tx))
        out.coins.emplace(outpoint, coin.output);
    return out;
}

void append_fees(Json& out, const wallet::Replacement& replacement) {
    out.append("origfee", from_amount(replacement.old_fee));
    out.append("fee", from_amount(replacement.payment.fee));
    out.append("errors", Json::array());
}

}  // namespace

Json bumpfee(Call& call) {
    with_wallet(call, [](const wallet::Wallet& wallet) {
        if (!wallet.flags().private_keys_disabled) return;
        throw Error{code::wallet,
                    "bumpfee is not available with wallets that have private keys disabled. Use "
                    "psbtbumpfee instead."};
    });
    const auto request = bump_request(call, true);
    const auto txid = call.hash<Txid>(0);
    return with_wallet(call, [&](wallet::Wallet& wallet) {
        const auto made = value_of(wallet::prepare_replacement(wallet, txid, request));
        Json out = Json::object();
        out.append("txid", value_of(wallet.send_replacement(made.payment, txid)).to_hex());
        append_fees(out, made);
        return out;
    });
}

Json psbtbumpfee(Call& call) {
    const auto request = bump_request(call, false);
    return with_wallet(call, [&](wallet::Wallet& wallet) {
        const auto made =
            value_of(wallet::prepare_replacement(wallet, call.hash<Txid>(0), request));
        psbt::Psbt psbt{Transaction(*made.payment.tx)};
        value_of(wallet.fill_psbt(psbt, {.sign = false}));
        value_of(wallet.keep_change(made.payment));
        Json out = Json::object();
        out.append("psbt", psbt::to_base64(psbt));
        append_fees(out, made);
        return out;
    });
}

}  // namespace daler::rpc
