#include "rpc/transaction_arguments.h"
#include "rpc/wallet/funding.h"
#include "rpc/wallet/methods.h"
#include "rpc/wallet_call.h"

#include <daler/encoding/hex.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>

namespace daler::rpc {
namespace {

Json option(const Json& options, std::string_view key) {
    const Json* found = options.is_object() ? options.find(key) : nullptr;
    return found ? *found : Json{};
}

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
    Funding funding{.request =
                        request_to_pay(tx.outputs, option(options, "subtractFeeFromOutputs"))};
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

}  // namespace daler::rpc
