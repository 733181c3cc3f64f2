#include "rpc/wallet/spending.h"
#include "rpc/wallet/funding.h"
#include "rpc/wallet/methods.h"
#include "rpc/wallet_call.h"

#include <daler/encoding/hex.h>
#include <daler/psbt/roles.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

/// Takes arguments into the options.
void take_fee_arguments(const Call& call, Json& options) {
    if (options.find("conf_target") || options.find("estimate_mode")) {
        if (call.has(1) || call.has(2)) {
            refuse_option(
                "Pass conf_target and estimate_mode either as arguments or in the options object, "
                "but not both");
        }
    } else {
        options.append("conf_target", call.json(1));
        options.append("estimate_mode", call.json(2));
    }
    if (!options.find("fee_rate"))
        options.append("fee_rate", call.json(3));
    else if (call.has(3))
        refuse_option(
            "Pass the fee_rate either as an argument, or in the options object, but not both");
    if (option(options, "conf_target").is_null()) return;
    const Json mode = option(options, "estimate_mode");
    if (mode.is_null() || to_text(mode) == "unset") refuse_option("Specify estimate_mode");
}

bool flag(const Json& options, std::string_view key, bool fallback) {
    const Json* given = options.find(key);
    return given ? to_bool(*given) : fallback;
}

}  // namespace

bool replaceable_by_default(const Call& call) {
    return with_wallet(call,
                       [](const wallet::Wallet& wallet) { return wallet.options().replaceable; });
}

Json spending_options(const Call& call) {
    Json options = call.has(4) ? call.json(4) : Json::object();
    take_fee_arguments(call, options);
    struct Name {
        std::string_view old, now;
    };
    static constexpr Name names[] = {{"feeRate", "fee_rate"},
                                     {"changeAddress", "change_address"},
                                     {"changePosition", "change_position"},
                                     {"includeWatching", "include_watching"},
                                     {"lockUnspents", "lock_unspents"},
                                     {"subtractFeeFromOutputs", "subtract_fee_from_outputs"}};
    for (const auto& [old, now] : names)
        if (options.find(old))
            refuse_option(fmt::format("Use {}{} instead of {}", now,
                                      old == "feeRate" ? " (sat/vB)" : "", old));
    return options;
}

Json finish_spending(wallet::Wallet& wallet, const Transaction& tx, const Json& options) {
    psbt::Psbt psbt(tx);
    // The origins of all keys first: a signature makes those of its input unnecessary.
    value_of(wallet.fill_psbt(psbt, {.sign = false}));
    value_of(wallet.fill_psbt(psbt, {.origins = false}));
    const bool only_psbt = flag(options, "psbt", false);
    const bool add_to_wallet = flag(options, "add_to_wallet", true);
    auto signed_tx = psbt::finalize_and_extract(psbt);
    Json out = Json::object();
    if (only_psbt || !signed_tx || !add_to_wallet) out.append("psbt", psbt::to_base64(psbt));
    if (signed_tx) {
        const auto sealed = seal(std::move(*signed_tx));
        out.append("txid", sealed->txid.to_hex());
        if (add_to_wallet && !only_psbt) {
            wallet::Payment payment;
            payment.tx = sealed;
            value_of(wallet.send(payment, "", ""));
        } else {
            out.append("hex", to_hex(encode(*sealed)));
        }
    }
    out.append("complete", signed_tx.has_value());
    return out;
}

Json send(Call& call) {
    const bool by_default = replaceable_by_default(call);
    const Json options = spending_options(call);
    const Json inputs = option(options, "inputs");
    Funding funding = funding_of({.inputs = inputs,
                                  .outputs = call.json(0),
                                  .lock_time = option(options, "locktime"),
                                  .fee_payers = option(options, "subtract_fee_from_outputs"),
                                  .replaceable = flag(options, "replaceable", by_default)},
                                 call.node());
    // Before the types of the other options, as in Bitcoin Core.
    if (const Json* weight = options.find("max_tx_weight"))
        funding.request.max_weight = to_int32(*weight);
    read_funding_options(with_input_weights(options, inputs), call.node().params, funding);
    return with_wallet(call, [&](wallet::Wallet& wallet) {
        const auto payment = fund(wallet, funding);
        return finish_spending(wallet, *payment.tx, options);
    });
}

}  // namespace daler::rpc
