#include "rpc/additions.h"
#include "rpc/sign_transaction.h"
#include "rpc/transaction_arguments.h"
#include "rpc/wallet/methods.h"
#include "rpc/wallet_call.h"

#include <daler/encoding/hex.h>
#include <daler/policy/policy.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

// Fee rates in arguments are sat/vB with three decimals: exactly the satoshis of a kvB.
constexpr std::int64_t sat_per_vbyte_unit = satoshis_per_coin / 1000;

FeeRate parse_fee_rate(const Json& value) {
    if (!value.is_number() && !value.is_string())
        throw Error{code::type, "Amount is not a number or string"};
    const auto amount =
        Amount::from_text(value.is_number() ? value.number_text() : value.as_string());
    if (!amount || amount->satoshis() % sat_per_vbyte_unit != 0)
        throw Error{code::type, "Invalid amount"};
    const Amount rate{amount->satoshis() / sat_per_vbyte_unit};
    if (!is_money(rate)) throw Error{code::type, "Amount out of range"};
    return {rate};
}

/// The fee arguments of several methods: a target in blocks, or a rate.
void parse_fee_choice(wallet::PaymentRequest& request, const Json& conf_target,
                      const Json& estimate_mode, const Json& fee_rate) {
    const std::string mode = estimate_mode.is_null() ? "unset" : to_text(estimate_mode);
    const std::string lower = lower_case(mode);
    if (!fee_rate.is_null()) {
        if (!conf_target.is_null()) {
            throw Error{code::invalid_parameter,
                        "Cannot specify both conf_target and fee_rate. Please provide either a "
                        "confirmation target in blocks for automatic fee estimation, or an "
                        "explicit fee rate."};
        }
        if (lower != "unset")
            throw Error{code::invalid_parameter, "Cannot specify both estimate_mode and fee_rate"};
        request.fee_rate = parse_fee_rate(fee_rate);
        // A fee that the user chose may be too low.
        if (!request.replaceable) request.replaceable = true;
        return;
    }
    if (lower != "unset" && lower != "economical" && lower != "conservative") {
        throw Error{code::invalid_parameter,
                    "Invalid estimate_mode parameter, must be one of: \"unset\", \"economical\", "
                    "\"conservative\""};
    }
    if (lower != "unset") request.conservative = lower == "conservative";
    if (conf_target.is_null()) return;
    const auto target = to_int32(conf_target);
    if (target < 1 || target > policy::max_confirmation_target) {
        throw Error{code::invalid_parameter,
                    fmt::format("Invalid conf_target, must be between {} and {}", 1,
                                policy::max_confirmation_target)};
    }
    request.conf_target = target;
}

/// Recipients from an object of amounts by address.
std::vector<wallet::Recipient> parse_recipients(const Json& amounts, const ChainParams& params) {
    std::vector<wallet::Recipient> out;
    std::set<Script> seen;
    for (const auto& [address, value] : amounts.members()) {
        auto script = descriptor::decode_address(address, params.address);
        const Amount amount = to_amount(value);
        if (!script) {
            throw Error{code::invalid_address_or_key,
                        refused_address("Invalid Bitcoin address: " + address, address, params)};
        }
        if (!seen.insert(*script).second) {
            throw Error{code::invalid_parameter,
                        "Invalid parameter, duplicated address: " + address};
        }
        out.push_back({std::move(*script), amount});
    }
    return out;
}

/// Which outputs pay the fee, named by address or position.
std::set<std::size_t> parse_fee_payers(const Json& names, const Json& amounts) {
    const auto refuse = [](const std::string& why) {
        throw Error{code::invalid_parameter,
                    "Invalid parameter 'subtract fee from output', " + why};
    };
    const auto outputs = amounts.members();
    std::set<std::size_t> out;
    for (const auto& item : names.items()) {
        std::int64_t position = 0;
        if (item.is_string()) {
            const auto found = std::ranges::find(outputs, item.as_string(), &Json::Member::key);
            if (found == outputs.end())
                refuse(fmt::format("destination {} not found in tx outputs", item.as_string()));
            position = found - outputs.begin();
        } else if (item.is_number()) {
            position = to_int32(item);
        } else {
            refuse(fmt::format("invalid value type: {}", type_name(item.kind())));
        }
        if (position < 0) refuse(fmt::format("negative position: {}", position));
        if (position >= std::ssize(outputs))
            refuse(fmt::format("position too large: {}", position));
        if (!out.insert(static_cast<std::size_t>(position)).second)
            refuse(fmt::format("duplicated position: {}", position));
    }
    return out;
}

Json pay(wallet::Wallet& wallet, const wallet::PaymentRequest& request, const std::string& comment,
         const std::string& comment_to, bool verbose) {
    if (wallet.flags().private_keys_disabled)
        throw Error{code::wallet, "Error: Private keys are disabled for this wallet"};
    const auto payment = wallet.prepare(request);
    if (!payment) throw to_error(payment_failure(wallet, payment.error()));
    const auto txid = value_of(wallet.send(*payment, comment, comment_to));
    if (!verbose) return txid.to_hex();
    Json out = Json::object();
    out.append("txid", txid.to_hex());
    out.append("fee_reason", payment->fee_reason);
    return out;
}

}  // namespace

Json sendtoaddress(Call& call) {
    wallet::PaymentRequest request;
    Json amounts = Json::object();
    amounts.append(call.string(0), call.json(1));
    request.recipients = parse_recipients(amounts, call.node().params);
    request.recipients.front().pays_fee = call.boolean(4, false);
    if (call.has(5)) request.replaceable = call.boolean(5, true);
    parse_fee_choice(request, call.json(6), call.json(7), call.json(9));
    provide_wallet(call);
    return with_wallet(call, [&](wallet::Wallet& wallet) {
        const bool avoid_reuse = call.boolean(8, wallet.flags().avoid_reuse);
        if (avoid_reuse && !wallet.flags().avoid_reuse)
            throw Error{code::wallet, "wallet does not have the \"avoid reuse\" feature enabled"};
        request.avoid_reuse = avoid_reuse;
        return pay(wallet, request, call.string(2, ""), call.string(3, ""),
                   call.boolean(10, false));
    });
}

Json sendmany(Call& call) {
    if (call.has(0) && !call.string(0).empty())
        throw Error{code::invalid_parameter, "Dummy value must be set to \"\""};
    wallet::PaymentRequest request;
    const Json& amounts = call.json(1);
    if (call.has(5)) request.replaceable = call.boolean(5, true);
    parse_fee_choice(request, call.json(6), call.json(7), call.json(8));
    const auto payers =
        call.has(4) ? parse_fee_payers(call.json(4), amounts) : std::set<std::size_t>{};
    request.recipients = parse_recipients(amounts, call.node().params);
    for (const auto position : payers)
        request.recipients[position].pays_fee = true;
    provide_wallet(call);
    return with_wallet(call, [&](wallet::Wallet& wallet) {
        return pay(wallet, request, call.string(3, ""), "", call.boolean(9, false));
    });
}

Json signrawtransactionwithwallet(Call& call) {
    auto tx = decode_hex_transaction(call.string(0),
                                     "TX decode failed. Make sure the tx has at least one input.");
    descriptor::KeyRing ring;
    auto coins = find_spent_coins(call.node().ledger, tx);
    if (call.has(1)) add_given_coins(call.json(1), coins, nullptr);
    std::vector<Script> scripts;
    for (const auto& [outpoint, coin] : coins)
        scripts.push_back(coin.output.script_pubkey);
    ring.merge(
        with_wallet(call, [&](wallet::Wallet& wallet) { return wallet.signing_keys(scripts); }));
    return sign_transaction(std::move(tx), coins, ring, sighash_by_name(call.json(2)));
}

}  // namespace daler::rpc
