#include "rpc/wallet/fee_options.h"

#include <daler/policy/policy.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

#include <algorithm>

namespace daler::rpc {
namespace {

// Fee rates in arguments are sat/vB with three decimals: exactly the satoshis of a kvB.
constexpr std::int64_t sat_per_vbyte_unit = satoshis_per_coin / 1000;

/// The items of a list. As in Bitcoin Core, an object stands for the list of its values.
std::vector<Json> values_of(const Json& list) {
    if (list.is_null()) return {};
    if (list.is_array()) return {list.items().begin(), list.items().end()};
    if (!list.is_object())
        throw Error{code::misc, "JSON value is not an object or array as expected"};
    std::vector<Json> out;
    for (const auto& [key, value] : list.members())
        out.push_back(value);
    return out;
}

}  // namespace

FeeRate to_fee_rate(const Json& value) {
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

void read_fee_choice(wallet::PaymentRequest& request, const Json& conf_target,
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
        request.fee_rate = to_fee_rate(fee_rate);
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

std::set<std::size_t> to_fee_payers(const Json& names, std::span<const std::string> addresses) {
    const auto refuse = [](const std::string& why) {
        throw Error{code::invalid_parameter,
                    "Invalid parameter 'subtract fee from output', " + why};
    };
    std::set<std::size_t> out;
    for (const auto& item : values_of(names)) {
        std::int64_t position = 0;
        if (item.is_string()) {
            const auto found = std::ranges::find(addresses, item.as_string());
            if (found == addresses.end())
                refuse(fmt::format("destination {} not found in tx outputs", item.as_string()));
            position = found - addresses.begin();
        } else if (item.is_number()) {
            position = to_int32(item);
        } else {
            refuse(fmt::format("invalid value type: {}", type_name(item.kind())));
        }
        if (position < 0) refuse(fmt::format("negative position: {}", position));
        if (position >= std::ssize(addresses))
            refuse(fmt::format("position too large: {}", position));
        if (!out.insert(static_cast<std::size_t>(position)).second)
            refuse(fmt::format("duplicated position: {}", position));
    }
    return out;
}

}  // namespace daler::rpc
