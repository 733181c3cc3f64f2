#include "rpc/wallet/methods.h"
#include "rpc/wallet_call.h"

#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

/// A boolean field of an object of options; false if it is missing.
bool flag(const Json& options, std::string_view name) {
    const auto* value = options.is_object() ? options.find(name) : nullptr;
    return value && to_bool(*value);
}

/// The purposes of new descriptors, as ActiveKey::internal.
std::vector<bool> wanted_purposes(const Json& options) {
    const auto* value = options.is_object() ? member(options, "internal") : nullptr;
    if (!value) return {false, true};
    return {to_bool(*value)};
}

/// The descriptors of the wallet that use a key, in alphabetical order.
Json uses_json(const wallet::Wallet& wallet, const wallet::HdKey& key) {
    std::vector<std::pair<std::string, bool>> uses;
    for (const auto position : key.records) {
        uses.emplace_back(wallet.keys().records()[position].normalized_text,
                          wallet.keys().active_internal(position).has_value());
    }
    std::ranges::sort(uses);
    Json out = Json::array();
    for (const auto& [text, active] : uses) {
        Json entry = Json::object();
        entry.append("desc", text);
        entry.append("active", active);
        out.push(std::move(entry));
    }
    return out;
}

descriptor::AddressType type_of_new(const Call& call) {
    const auto type = descriptor::address_type_by_name(call.string(0));
    if (!type) {
        throw Error{code::invalid_address_or_key,
                    fmt::format("Unknown address type '{}'", call.string(0))};
    }
    return *type;
}

std::optional<crypto::ExtendedPublicKey> hd_key(const Json& options, const AddressFormat& format) {
    const auto* text = options.is_object() ? member(options, "hdkey") : nullptr;
    if (!text) return std::nullopt;
    auto key = crypto::ExtendedPublicKey::from_text(to_text(*text), format.extended_public);
    if (!key) {
        throw Error{code::invalid_address_or_key,
                    "Unable to parse HD key. Please provide a valid xpub"};
    }
    return key;
}

}  // namespace

Json gethdkeys(Call& call) {
    const bool active_only = flag(call.json(0), "active_only");
    const bool with_private = flag(call.json(0), "private");
    return with_wallet(call, [&](const wallet::Wallet& wallet) {
        if (with_private) value_of(wallet.check_unlocked());
        using enum wallet::Wallet::Which;
        const auto& format = wallet.params().address;
        Json out = Json::array();
        for (const auto& key : wallet.hd_keys(active_only ? active : all)) {
            Json entry = Json::object();
            entry.append("xpub", key.key.to_text(format.extended_public));
            entry.append("has_private", key.has_private);
            if (with_private && key.secret)
                entry.append("xprv", key.secret->to_text(format.extended_secret));
            entry.append("descriptors", uses_json(wallet, key));
            out.push(std::move(entry));
        }
        return out;
    });
}

Json createwalletdescriptor(Call& call) {
    const auto type = type_of_new(call);
    const auto& options = call.json(1);
    const auto internal = wanted_purposes(options);
    return with_wallet(call, [&](wallet::Wallet& wallet) {
        value_of(wallet.check_unlocked());
        const auto created = value_of(
            wallet.create_descriptors(type, internal, hd_key(options, wallet.params().address)));
        Json texts = Json::array();
        for (const auto position : created)
            texts.push(wallet.keys().records()[position].normalized_text);
        Json out = Json::object();
        out.append("descs", std::move(texts));
        return out;
    });
}

}  // namespace daler::rpc
