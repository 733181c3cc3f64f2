#include "rpc/private_networks/mining_arguments.h"

#include "rpc/additions.h"
#include "rpc/wallet_call.h"

#include <daler/descriptor/addresses.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

namespace daler::rpc {

Script coinbase_script(const Call& call, const Json& options) {
    if (const auto* address = member(options, "address")) {
        auto script = descriptor::decode_address(address->as_string(), call.node().params.address);
        if (script) return std::move(*script);
        throw Error{
            code::invalid_address_or_key,
            refused_address("Error: Invalid address", address->as_string(), call.node().params)};
    }
    if (!call.node().wallets) {
        throw Error{code::invalid_parameter,
                    "This node has no wallets: say who gets the coins, {\"address\": ...}."};
    }
    provide_wallet(call);
    return with_wallet(call, [](wallet::Wallet& wallet) {
        return value_of(wallet.new_address(wallet.options().address_type, ""));
    });
}

std::uint64_t max_tries(const Json& options) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::uint64_t>(
        integer_option(options, "maxtries", usual_max_tries, 0, most));
}

std::int64_t integer_option(const Json& options, std::string_view key, std::int64_t fallback,
                            std::int64_t least, std::int64_t most) {
    const auto* given = member(options, key);
    if (!given) return fallback;
    const auto value = to_integer(*given);
    if (value >= least && value <= most) return value;
    throw Error{code::invalid_parameter, fmt::format("{} must be from {} to {}", key, least, most)};
}

}  // namespace daler::rpc
