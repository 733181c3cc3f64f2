#include "rpc/wallet/funding.h"
#include "rpc/descriptor_arguments.h"
#include "rpc/transaction_arguments.h"
#include "rpc/wallet/fee_options.h"
#include "rpc/wallet_call.h"

#include <daler/descriptor/addresses.h>
#include <daler/encoding/hex.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>
#include <daler/script/standard.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace daler::rpc {
namespace {

using Kind = Json::Kind;

constexpr std::int64_t min_input_weight = 165;

// Sorted, because the first wrong one is reported.
constexpr std::array<Field, 27> option_fields{{
    {"add_inputs", Kind::boolean},
    {"add_to_wallet", Kind::boolean},
    {"changeAddress", Kind::string},
    {"changePosition", Kind::number},
    {"change_address", Kind::string},
    {"change_position", Kind::number},
    {"change_type", Kind::string},
    {"conf_target", Kind::number},
    {"estimate_mode", Kind::string},
    {"feeRate", {}},
    {"fee_rate", {}},
    {"includeWatching", Kind::boolean},
    {"include_unsafe", Kind::boolean},
    {"include_watching", Kind::boolean},
    {"input_weights", Kind::array},
    {"inputs", Kind::array},
    {"lockUnspents", Kind::boolean},
    {"lock_unspents", Kind::boolean},
    {"locktime", Kind::number},
    {"max_tx_weight", Kind::number},
    {"maxconf", Kind::number},
    {"minconf", Kind::number},
    {"psbt", Kind::boolean},
    {"replaceable", Kind::boolean},
    {"solving_data", Kind::object},
    {"subtractFeeFromOutputs", Kind::array},
    {"subtract_fee_from_outputs", Kind::array},
}};

/// The option under either of its names; null if it is not given. One that is given as null is
/// there, and has the wrong type.
const Json* find_either(const Json& options, std::string_view snake, std::string_view camel) {
    const Json* found = options.find(snake);
    return found ? found : options.find(camel);
}

void read_change(const Json& options, const ChainParams& params, wallet::PaymentRequest& request) {
    const Json* address = find_either(options, "change_address", "changeAddress");
    if (address) {
        auto script = descriptor::decode_address(to_text(*address), params.address);
        if (!script) {
            throw Error{code::invalid_address_or_key,
                        "Change address must be a valid bitcoin address"};
        }
        request.change_script = std::move(*script);
    }
    if (const Json* position = find_either(options, "change_position", "changePosition")) {
        const auto value = to_int32(*position);
        if (value < 0 || static_cast<std::size_t>(value) > request.recipients.size())
            refuse_option("changePosition out of bounds");
        request.change_position = static_cast<std::size_t>(value);
    }
    if (const Json* type = options.find("change_type")) {
        if (address) refuse_option("Cannot specify both change address and address type options");
        request.change_type = descriptor::address_type_by_name(to_text(*type));
        if (!request.change_type) {
            throw Error{code::invalid_address_or_key,
                        fmt::format("Unknown change type '{}'", to_text(*type))};
        }
    }
}

/// The fee rate in BTC/kvB, which was the first one that there was.
void read_old_fee_rate(const Json& options, wallet::PaymentRequest& request) {
    const Json* rate = options.find("feeRate");
    if (!rate) return;
    if (options.find("fee_rate"))
        refuse_option("Cannot specify both fee_rate (sat/vB) and feeRate (BTC/kvB)");
    if (options.find("conf_target")) {
        refuse_option(
            "Cannot specify both conf_target and feeRate. Please provide either a confirmation "
            "target in blocks for automatic fee estimation, or an explicit fee rate.");
    }
    if (options.find("estimate_mode"))
        refuse_option("Cannot specify both estimate_mode and feeRate");
    request.fee_rate = FeeRate{to_amount(*rate)};
    request.any_fee_rate = true;
}

void read_depths(const Json& options, wallet::PaymentRequest& request) {
    if (const Json* depth = options.find("minconf")) {
        request.min_depth = to_int32(*depth);
        if (request.min_depth < 0) refuse_option("Negative minconf");
    }
    if (const Json* depth = options.find("maxconf")) {
        request.max_depth = to_int32(*depth);
        if (request.max_depth < request.min_depth) {
            refuse_option(fmt::format("maxconf can't be lower than minconf: {} < {}",
                                      request.max_depth, request.min_depth));
        }
    }
}

void add_public_key(const Json& text, descriptor::KeyRing& ring) {
    const auto key = to_public_key(to_text(text));
    ring.add_public_key(key);
    ring.add_script(script::pay_to_witness(0, crypto::hash160(key.bytes())));
}

void add_script(const Json& text, descriptor::KeyRing& ring) {
    const auto bytes = to_text(text).empty() ? std::nullopt : from_hex(to_text(text));
    if (!bytes)
        throw Error{code::invalid_address_or_key, fmt::format("'{}' is not hex", to_text(text))};
    ring.add_script(Script(*bytes));
}

void add_descriptor(const Json& text, const ChainParams& params, descriptor::KeyRing& ring) {
    const auto all = descriptor::Descriptor::parse_all(to_text(text), params.address,
                                                       descriptor::ChecksumRule::required);
    if (!all)
        refuse_option(
            fmt::format("Unable to parse descriptor '{}': {}", to_text(text), all.error()));
    for (const auto& one : *all)
        if (const auto keys = one.key_ring(0, descriptor::Descriptor::Secrets::exclude))
            ring.merge(*keys);
}

void read_solving_data(const Json& data, const ChainParams& params, descriptor::KeyRing& ring) {
    expect(data, Kind::object);
    const auto for_each = [&data](std::string_view key, const auto& use) {
        const Json* list = data.find(key);
        if (!list) return;
        expect(*list, Kind::array);
        for (const auto& item : list->items())
            use(item);
    };
    for_each("pubkeys", [&](const Json& text) { add_public_key(text, ring); });
    for_each("scripts", [&](const Json& text) { add_script(text, ring); });
    for_each("descriptors", [&](const Json& text) { add_descriptor(text, params, ring); });
}

/// The addresses, and "data".
std::vector<std::string> names_of_outputs(const Json& outputs) {
    std::vector<std::string> out;
    if (outputs.is_object()) {
        for (const auto& [name, value] : outputs.members())
            out.push_back(name);
        return out;
    }
    for (const auto& item : outputs.items())
        out.push_back(item.members()[0].key);
    return out;
}

/// The options about coins, change and fee.
void read_choices(const Json& options, const ChainParams& params, Funding& funding) {
    auto& request = funding.request;
    check_object(options, option_fields, true);
    if (const Json* add = options.find("add_inputs")) request.add_inputs = to_bool(*add);
    read_change(options, params, request);
    // Watch-only coins of descriptor wallets are chosen or not by the wallet's kind.
    const Json* watching = find_either(options, "include_watching", "includeWatching");
    if (watching && !watching->is_null()) expect(*watching, Kind::boolean);
    if (const Json* lock = find_either(options, "lock_unspents", "lockUnspents"))
        funding.lock_coins = to_bool(*lock);
    if (const Json* unsafe = options.find("include_unsafe"))
        request.include_unsafe = to_bool(*unsafe);
    read_old_fee_rate(options, request);
    if (const Json* replaceable = options.find("replaceable"))
        request.replaceable = to_bool(*replaceable);
    read_depths(options, request);
    const auto given = [&options](std::string_view key) {
        const Json* found = options.find(key);
        return found ? *found : Json{};
    };
    read_fee_choice(request, given("conf_target"), given("estimate_mode"), given("fee_rate"));
}

}  // namespace

void refuse_option(std::string message) {
    throw Error{code::invalid_parameter, std::move(message)};
}

Json option(const Json& options, std::string_view key) {
    const Json* found = options.is_object() ? options.find(key) : nullptr;
    return found ? *found : Json{};
}

wallet::PaymentRequest request_to_pay(const std::vector<TxOutput>& outputs,
                                      std::span<const std::string> names, const Json& fee_payers) {
    const auto payers = to_fee_payers(fee_payers, names);
    wallet::PaymentRequest out;
    out.sign = false;
    for (std::size_t i = 0; i < outputs.size(); ++i)
        out.recipients.push_back({outputs[i].script_pubkey, outputs[i].value, payers.contains(i)});
    return out;
}

Funding funding_of(const FundingParts& parts, const Services& node) {
    const auto outputs = construct_outputs(parts.outputs, node.params);
    Funding out{.request =
                    request_to_pay(outputs, names_of_outputs(parts.outputs), parts.fee_payers)};
    const auto lock_time = parts.lock_time.is_null() ? 0 : to_integer(parts.lock_time);
    if (!parts.inputs.is_null()) expect(parts.inputs, Kind::array);
    const auto tx = construct_transaction(parts.inputs, parts.outputs, lock_time, parts.replaceable,
                                          node.params);
    out.request.replaceable = parts.replaceable;
    out.request.add_inputs = tx.inputs.empty();
    take_inputs(tx, find_spent_coins(node.ledger, tx), out.request);
    return out;
}

Json with_input_weights(Json options, const Json& inputs) {
    if (options.is_null()) options = Json::object();
    if (options.find("input_weights"))
        refuse_option("Input weights should be specified in inputs rather than in options.");
    if (inputs.is_null()) return options;
    Json weights = Json::array();
    for (const auto& input : inputs.items())
        if (input.find("weight")) weights.push(input);
    options.append("input_weights", std::move(weights));
    return options;
}

void read_funding_options(const Json& options, const ChainParams& params, Funding& funding) {
    if (!options.is_null() && !options.is_bool()) {
        read_choices(options, params, funding);
        if (const Json* data = options.find("solving_data"))
            read_solving_data(*data, params, funding.request.solving_data);
        if (const Json* weights = options.find("input_weights"))
            read_input_weights(*weights, funding.request);
        if (const Json* weight = options.find("max_tx_weight"))
            funding.request.max_weight = to_int32(*weight);
    }
    if (funding.request.recipients.empty()) refuse_option("TX must have at least one output");
}

void read_input_weights(const Json& weights, wallet::PaymentRequest& request) {
    expect(weights, Kind::array);
    for (const auto& item : weights.items()) {
        expect(item, Kind::object);
        const auto* txid = item.find("txid");
        const Txid id{to_hash(txid ? *txid : Json{}, "txid")};
        const auto* vout = item.find("vout");
        if (!vout || !vout->is_number()) refuse_option("Invalid parameter, missing vout key");
        const auto index = to_int32(*vout);
        if (index < 0) refuse_option("Invalid parameter, vout cannot be negative");
        const auto* given = item.find("weight");
        if (!given || !given->is_number()) refuse_option("Invalid parameter, missing weight key");
        const auto weight = to_integer(*given);
        if (weight < min_input_weight) {
            refuse_option(
                "Invalid parameter, weight cannot be less than 165 (41 bytes (size of outpoint + "
                "sequence + empty scriptSig) * 4 (witness scaling factor)) + 1 (empty witness)");
        }
        if (weight > policy::max_standard_weight) {
            refuse_option(
                fmt::format("Invalid parameter, weight cannot be greater than the maximum "
                            "standard tx weight of {}",
                            policy::max_standard_weight));
        }
        const OutPoint outpoint{id, static_cast<std::uint32_t>(index)};
        auto input = std::ranges::find(request.inputs, outpoint, &wallet::GivenInput::outpoint);
        // One that the transaction does not have is added.
        if (input == request.inputs.end()) input = request.inputs.insert(input, {outpoint});
        input->weight = weight;
    }
}

void take_inputs(const Transaction& tx, const std::map<OutPoint, consensus::Coin>& coins,
                 wallet::PaymentRequest& request) {
    for (const auto& input : tx.inputs) {
        wallet::GivenInput given{.outpoint = input.prevout,
                                 .sequence = input.sequence,
                                 .script_sig = input.script_sig,
                                 .witness = input.witness};
        if (const auto coin = coins.find(input.prevout); coin != coins.end())
            given.output = coin->second.output;
        request.inputs.push_back(std::move(given));
    }
    request.version = tx.version;
    request.lock_time = tx.lock_time;
}

wallet::Payment fund(wallet::Wallet& wallet, const Funding& funding) {
    auto payment = wallet.prepare(funding.request);
    if (!payment) throw Error{code::wallet, payment_failure(wallet, payment.error()).message};
    value_of(wallet.keep_change(*payment));
    if (funding.lock_coins)
        for (const auto& input : payment->tx->inputs)
            wallet.lock_coin(input.prevout, false);
    return std::move(*payment);
}

}  // namespace daler::rpc
