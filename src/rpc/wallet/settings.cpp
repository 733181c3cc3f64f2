// What a user sets for one wallet.

#include "rpc/wallet/methods.h"
#include "rpc/wallet_call.h"

#include <daler/ledger/ledger.h>
#include <daler/rpc/services.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace daler::rpc {
namespace {

constexpr std::string_view avoid_reuse_flag = "avoid_reuse";
constexpr auto immutable_flags = std::to_array<std::string_view>(
    {"blank", "descriptor_wallet", "disable_private_keys", "external_signer", "key_origin_metadata",
     "last_hardened_xpub_cached"});
// Of Bitcoin Core. daler knows all spends of the wallet's history, so that a rescan is needed only
// if that lacks some.
constexpr std::string_view reuse_warning =
    "You need to rescan the blockchain in order to correctly mark used destinations in the past. "
    "Until this is done, some destinations may be considered unused, even if the opposite is the "
    "case.";

void check_flag(const std::string& name) {
    if (name == avoid_reuse_flag) return;
    const bool is_known = std::ranges::find(immutable_flags, name) != immutable_flags.end();
    throw Error{code::invalid_parameter,
                (is_known ? "Wallet flag is immutable: " : "Unknown wallet flag: ") + name};
}

std::string rate_text(FeeRate rate) {
    return rate.per_kvb.to_text() + " BTC/kvB";
}

void check_rate(FeeRate rate, FeeRate min_relay_fee, const wallet::WalletOptions& options) {
    const auto refuse = [](std::string_view why, FeeRate limit) {
        throw Error{code::invalid_parameter,
                    fmt::format("txfee cannot be {} ({})", why, rate_text(limit))};
    };
    if (rate == FeeRate{Amount{0}}) return;
    if (rate < min_relay_fee) refuse("less than min relay tx fee", min_relay_fee);
    if (rate < options.min_tx_fee) refuse("less than wallet min fee", options.min_tx_fee);
    const FeeRate most{options.max_tx_fee};
    if (rate > most) refuse("more than wallet max tx fee", most);
}

}  // namespace

Json settxfee(Call& call) {
    const FeeRate rate{to_amount(call.json(0))};
    const auto min_relay_fee = call.node().ledger.call([&](ledger::State& state) {
        return state.mempool.info(call.node().clock.now()).min_relay_fee;
    });
    return with_wallet(call, [&](wallet::Wallet& wallet) -> Json {
        check_rate(rate, min_relay_fee, wallet.options());
        wallet.set_pay_tx_fee(rate);
        return true;
    });
}

Json setwalletflag(Call& call) {
    const auto name = call.string(0);
    const bool state = call.boolean(1, true);
    return change_wallet(call, [&](wallet::Wallet& wallet) {
        check_flag(name);
        if (wallet.flags().avoid_reuse == state) {
            throw Error{code::invalid_parameter,
                        fmt::format("Wallet flag is already set to {}: {}", state, name)};
        }
        wallet.set_avoid_reuse(state);
        Json out = Json::object();
        out.append("flag_name", name);
        out.append("flag_state", state);
        if (state) out.append("warnings", reuse_warning);
        return out;
    });
}

}  // namespace daler::rpc
