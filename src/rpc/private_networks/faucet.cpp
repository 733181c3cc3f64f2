#include "rpc/additions.h"
#include "rpc/block_templates.h"
#include "rpc/private_networks/methods.h"
#include "rpc/wallet_call.h"

#include <daler/consensus/header_rules.h>
#include <daler/descriptor/addresses.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>

namespace daler::rpc {
namespace {

constexpr Amount usual_amount{satoshis_per_coin};

using PaymentOutcome = wallet::Outcome<Txid>;

wallet::Recipient recipient_of(const Call& call) {
    const auto& params = call.node().params;
    const auto script = descriptor::decode_address(call.string(0), params.address);
    if (!script) {
        throw Error{
            code::invalid_address_or_key,
            refused_address("Invalid Bitcoin address: " + call.string(0), call.string(0), params)};
    }
    const Amount amount = call.has(1) ? call.amount(1) : usual_amount;
    if (amount == Amount{0}) throw Error{code::invalid_parameter, "amount must be more than 0"};
    return {*script, amount};
}

PaymentOutcome pay(wallet::Wallet& wallet, const wallet::PaymentRequest& request) {
    const auto payment = wallet.prepare(request);
    if (!payment) return fail(payment_failure(wallet, payment.error()));
    return wallet.send(*payment, "faucet", "");
}

/// How many blocks must be mined to pay `wanted`, after a payment has failed: one that confirms
/// coins, or as many as make coins mature, at most until the coinbase of the first is. Nothing if
/// the coins are too few even then.
std::optional<Height> blocks_until(const wallet::Wallet& wallet, Amount wanted) {
    std::map<Height, Amount> coins;
    for (const auto& coin : wallet.history().coins(wallet::History::Immature::include)) {
        if (!coin.spendable || wallet.locked_coins().contains(coin.outpoint)) continue;
        coins[coin.depth == 0 ? 1 : coin.matures_in] += coin.output.value;
    }
    const auto& params = wallet.params();
    coins[params.coinbase_maturity + 1] +=
        consensus::block_subsidy(wallet.tip().height + 1, params);
    Amount sum;
    for (const auto& [blocks, value] : coins) {
        sum += value;
        if (blocks > 0 && sum > wanted) return blocks;
    }
    return std::nullopt;
}

/// Mines `count` blocks to a new address of the wallet.
void mine_to_wallet(const Call& call, const std::string& name, Height count) {
    Services& node = call.node();
    const auto script = with_wallet(call, name, [](wallet::Wallet& wallet) {
        return value_of(wallet.new_address(wallet.options().address_type, "faucet"));
    });
    mining::GenerateOptions wanted{.count = count, .block = template_options(node, script)};
    const auto mined = mining::generate(node.ledger, node.clock, std::move(wanted), node.stopping);
    refuse_if_stopping(node);
    if (!mined)
        throw Error{code::misc, "The faucet cannot mine: " + consensus::to_text(mined.error())};
    node.drain_events();
}

Error cannot_mine(const wallet::Failure& failure) {
    auto error = to_error(failure);
    error.message =
        add_sentence(std::move(error.message),
                     "Blocks of this chain are not free, so the faucet mines none: mine "
                     "or pay to an address of getnewaddress.");
    return error;
}

Json result(const Txid& txid, Height mined) {
    Json out = Json::object();
    out.append("txid", txid.to_hex());
    out.append("blocks", mined);
    return out;
}

}  // namespace

Json faucet(Call& call) {
    const auto recipient = recipient_of(call);
    const wallet::PaymentRequest request{.recipients = {recipient}};
    provide_wallet(call);
    const std::lock_guard lock(call.node().faucet_mutex);
    const auto name = with_wallet(call, [](wallet::Wallet& wallet) { return wallet.name(); });
    const auto try_to_pay = [&] {
        return with_wallet(call, name,
                           [&](wallet::Wallet& wallet) { return pay(wallet, request); });
    };
    auto paid = try_to_pay();
    if (paid) return result(*paid, 0);
    if (paid.error().kind != wallet::FailureKind::too_few_coins) throw to_error(paid.error());
    if (!consensus::blocks_are_free(call.node().params)) throw cannot_mine(paid.error());
    const auto blocks = with_wallet(call, name, [&](const wallet::Wallet& wallet) {
        return blocks_until(wallet, recipient.amount);
    });
    if (!blocks) throw to_error(paid.error());
    mine_to_wallet(call, name, *blocks);
    paid = try_to_pay();
    return result(value_of(std::move(paid)), *blocks);
}

}  // namespace daler::rpc
