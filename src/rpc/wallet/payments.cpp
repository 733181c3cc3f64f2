#include "rpc/additions.h"
#include "rpc/sign_transaction.h"
#include "rpc/transaction_arguments.h"
#include "rpc/wallet/fee_options.h"
#include "rpc/wallet/methods.h"
#include "rpc/wallet_call.h"

#include <daler/encoding/hex.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

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
    if (call.has(5)) request.replaceable = call.boolean(5, true);
    read_fee_choice(request, call.json(6), call.json(7), call.json(9));
    Json amounts = Json::object();
    amounts.append(call.string(0), call.json(1));
    request.recipients = parse_recipients(amounts, call.node().params);
    request.recipients.front().pays_fee = call.boolean(4, false);
    provide_wallet(call);
    return change_wallet(call, [&](wallet::Wallet& wallet) {
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
    read_fee_choice(request, call.json(6), call.json(7), call.json(8));
    std::vector<std::string> addresses;
    for (const auto& [address, value] : amounts.members())
        addresses.push_back(address);
    const auto payers =
        call.has(4) ? to_fee_payers(call.json(4), addresses) : std::set<std::size_t>{};
    request.recipients = parse_recipients(amounts, call.node().params);
    for (const auto position : payers)
        request.recipients[position].pays_fee = true;
    provide_wallet(call);
    return change_wallet(call, [&](wallet::Wallet& wallet) {
        return pay(wallet, request, call.string(3, ""), "", call.boolean(9, false));
    });
}

Json signrawtransactionwithwallet(Call& call) {
    auto tx = decode_hex_transaction(call.string(0),
                                     "TX decode failed. Make sure the tx has at least one input.");
    with_wallet(call, [](wallet::Wallet& wallet) { value_of(wallet.check_unlocked()); });
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
