#include "rpc/transaction_arguments.h"
#include "rpc/wallet/fee_options.h"
#include "rpc/wallet/funding.h"
#include "rpc/wallet/methods.h"
#include "rpc/wallet/spending.h"
#include "rpc/wallet_call.h"

#include <daler/rpc/values.h>
#include <daler/wallet/sweep.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

/// The recipients as construct_outputs takes them; those without an amount get none.
struct Recipients {
    Json outputs = Json::array();
    std::set<std::size_t> sharing{};
};

Recipients read_recipients(const Json& value) {
    Recipients out;
    for (const auto& item : value.items()) {
        if (!item.is_string()) {
            out.outputs.push(item);
            continue;
        }
        out.sharing.insert(out.outputs.size());
        Json output = Json::object();
        output.append(item.as_string(), 0);
        out.outputs.push(std::move(output));
    }
    if (out.sharing.empty())
        refuse_option("Must provide at least one address without a specified amount");
    return out;
}

void read_sweep_depths(const Json& options, wallet::PaymentRequest& request) {
    if (const Json* depth = options.find("minconf")) {
        request.min_depth = to_int32(*depth);
        if (request.min_depth < 0) {
            refuse_option(
                fmt::format("Invalid minconf (minconf cannot be negative): {}", request.min_depth));
        }
    }
    if (const Json* depth = options.find("maxconf")) {
        request.max_depth = to_int32(*depth);
        if (request.max_depth < request.min_depth) {
            refuse_option(fmt::format("maxconf can't be lower than minconf: {} < {}",
                                      request.max_depth, request.min_depth));
        }
    }
}

/// Which coins: given ones, or all that the options allow.
void read_coins(const Json& options, const Transaction& tx, const Services& node,
                wallet::SweepRequest& request) {
    const bool has_inputs = options.find("inputs") != nullptr;
    if (const Json* flag = options.find("send_max")) {
        request.leaves_uneconomic = to_bool(*flag);
        if (has_inputs) refuse_option("Cannot combine send_max with specific inputs.");
    }
    if (has_inputs && (options.find("minconf") || options.find("maxconf")))
        refuse_option("Cannot combine minconf or maxconf with specific inputs.");
    take_inputs(tx, find_spent_coins(node.ledger, tx), request.payment);
}

wallet::SweepRequest sweep_request(const Call& call, const Json& options) {
    const auto recipients = read_recipients(call.json(0));
    wallet::SweepRequest out;
    out.sharing = recipients.sharing;
    auto& payment = out.payment;
    payment.sign = false;
    const Json* given = options.find("replaceable");
    const bool replaceable = given ? to_bool(*given) : replaceable_by_default(call);
    read_fee_choice(payment, option(options, "conf_target"), option(options, "estimate_mode"),
                    option(options, "fee_rate"));
    if (const Json watching = option(options, "include_watching"); !watching.is_null())
        expect(watching, Json::Kind::boolean);
    read_sweep_depths(options, payment);
    payment.replaceable = replaceable;
    const Json lock_time = option(options, "locktime");
    const Json inputs = option(options, "inputs");
    if (!inputs.is_null()) expect(inputs, Json::Kind::array);
    const auto tx = construct_transaction(inputs, recipients.outputs,
                                          lock_time.is_null() ? 0 : to_integer(lock_time),
                                          replaceable, call.node().params);
    for (const auto& output : tx.outputs)
        payment.recipients.push_back({output.script_pubkey, output.value});
    read_coins(options, tx, call.node(), out);
    return out;
}

}  // namespace

Json sendall(Call& call) {
    const Json options = spending_options(call);
    const auto request = sweep_request(call, options);
    return with_wallet(call, [&](wallet::Wallet& wallet) {
        const auto tx = value_of(wallet::prepare_sweep(wallet, request));
        const Json* lock = options.find("lock_unspents");
        if (lock && to_bool(*lock))
            for (const auto& input : tx.inputs)
                wallet.lock_coin(input.prevout, false);
        return finish_spending(wallet, tx, options);
    });
}

}  // namespace daler::rpc
