#include "rpc/wallet_call.h"
#include "rpc/additions.h"

#include <daler/primitives/chain_params.h>
#include <daler/rpc/services.h>
#include <daler/rpc/values.h>
#include <daler/script/standard.h>
#include <daler/wallet/savepoint.h>

#include <fmt/format.h>

#include <array>
#include <limits>

namespace daler::rpc {
namespace {

int code_of(wallet::FailureKind kind) {
    switch (kind) {
        case wallet::FailureKind::misc:
            return code::misc;
        case wallet::FailureKind::wallet:
            return code::wallet;
        case wallet::FailureKind::insufficient_funds:
        case wallet::FailureKind::too_few_coins:
            return code::wallet_insufficient_funds;
        case wallet::FailureKind::invalid_parameter:
            return code::invalid_parameter;
        case wallet::FailureKind::invalid_address_or_key:
            return code::invalid_address_or_key;
        case wallet::FailureKind::keypool_ran_out:
            return code::wallet_keypool_ran_out;
        case wallet::FailureKind::unlock_needed:
            return code::wallet_unlock_needed;
        case wallet::FailureKind::not_found:
            return code::wallet_not_found;
        case wallet::FailureKind::not_specified:
            return code::wallet_not_specified;
        case wallet::FailureKind::already_loaded:
            return code::wallet_already_loaded;
        case wallet::FailureKind::already_exists:
            return code::wallet_already_exists;
        case wallet::FailureKind::sighash_mismatch:
            return code::deserialization;
        case wallet::FailureKind::missing_inputs:
            return code::verify;
    }
    return code::misc;
}

}  // namespace

wallet::WalletService& wallets(const Call& call) {
    auto* service = call.node().wallets;
    if (!service) throw Error{code::method_not_found, "Method not found"};
    return *service;
}

std::optional<std::string> named_wallet(const Call& call) {
    if (!call.has_wallet_path()) return std::nullopt;
    return call.wallet_name();
}

void provide_wallet(const Call& call, const std::function<void()>& check) {
    if (!call.node().creates_wallet || call.has_wallet_path()) return;
    auto& service = wallets(call);
    if (!service.list().empty()) return;
    if (check) check();
    value_of(service.create_default());
}

Error no_wallet_error(const Call& call, wallet::Failure failure) {
    const auto& node = call.node();
    const bool none_is_loaded = failure.kind == wallet::FailureKind::not_found;
    if (!none_is_loaded || !node.params.is_private) return to_error(failure);
    std::string sentence;
    auto found = wallets(call).list_dir();
    std::erase_if(found, wallet::is_moved_aside);
    if (!found.empty())
        sentence = fmt::format("loadwallet \"{}\" loads the one on the disk.", found.front());
    else if (node.creates_wallet)
        sentence = "On this chain getnewaddress creates one.";
    failure.message = add_sentence(std::move(failure.message), sentence);
    return to_error(failure);
}

wallet::Failure payment_failure(const wallet::Wallet& wallet, wallet::Failure failure) {
    if (!wallet.params().is_private || failure.kind != wallet::FailureKind::too_few_coins)
        return failure;
    Amount immature, first;
    Height soonest = std::numeric_limits<Height>::max();
    for (const auto& coin : wallet.history().coins(wallet::History::Immature::include)) {
        if (coin.matures_in == 0 || !coin.spendable) continue;
        immature += coin.output.value;
        if (coin.matures_in < soonest) first = Amount{0};
        soonest = std::min(soonest, coin.matures_in);
        if (coin.matures_in == soonest) first += coin.output.value;
    }
    if (immature == Amount{0}) return failure;
    failure.message = add_sentence(
        std::move(failure.message),
        fmt::format("{} BTC are not mature yet, of which {} BTC are after {} more blocks, at "
                    "height {}.",
                    immature.to_short_text(), first.to_short_text(), soonest,
                    wallet.tip().height + soonest));
    return failure;
}

ScannedWallet::ScannedWallet(const Call& call) : call_(call) {
    name_ = with_wallet(call, [](wallet::Wallet& wallet) {
        value_of(wallet.begin_scan());
        return wallet.name();
    });
}

ScannedWallet::~ScannedWallet() {
    (void)wallets(call_).with(name_, [](wallet::Wallet& wallet) { wallet.end_scan(); });
}

Error to_error(const wallet::Failure& failure) {
    return {code_of(failure.kind), failure.message};
}

std::string label_of(const Json& value) {
    if (value.is_null()) return "";
    const auto& label = to_text(value);
    if (label == "*") throw Error{code::wallet_invalid_label_name, "Invalid label name"};
    return label;
}

void append_last_block(Json& object, const wallet::Wallet& wallet) {
    Json block = Json::object();
    block.append("hash", wallet.tip().hash.to_hex());
    block.append("height", wallet.tip().height);
    object.append("lastprocessedblock", std::move(block));
}

void append_parent_descriptors(Json& object, const wallet::Wallet& wallet, const Script& script) {
    Json parents = Json::array();
    if (const auto* place = wallet.keys().find(script))
        parents.push(wallet.keys().records()[place->record].descriptor.to_text());
    object.append("parent_descs", std::move(parents));
}

std::pair<int, Script> order_of_address(const Script& script) {
    using enum script::OutputType;
    constexpr std::array order{pubkey_hash,         script_hash,        witness_v0_script_hash,
                               witness_v0_key_hash, witness_v1_taproot, anchor};
    const auto place = std::ranges::find(order, script::solve(script.bytes()).type);
    return {static_cast<int>(place - order.begin()), script};
}

void append_address(Json& object, const wallet::Wallet& wallet, const Script& script) {
    auto address = descriptor::encode_address(script, wallet.params().address);
    if (address) object.append("address", std::move(*address));
}

}  // namespace daler::rpc
