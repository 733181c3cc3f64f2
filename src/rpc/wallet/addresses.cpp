#include "rpc/additions.h"
#include "rpc/address_json.h"
#include "rpc/wallet/methods.h"
#include "rpc/wallet_call.h"

#include <daler/encoding/hex.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>
#include <daler/script/standard.h>

#include <fmt/format.h>

#include <map>
#include <set>

namespace daler::rpc {
namespace {

using descriptor::AddressType;

std::optional<AddressType> address_type(const Call& call, std::size_t i) {
    if (!call.has(i)) return std::nullopt;
    const auto type = descriptor::address_type_by_name(call.string(i));
    if (!type) {
        throw Error{code::invalid_address_or_key,
                    fmt::format("Unknown address type '{}'", call.string(i))};
    }
    return type;
}

void check_has_keys(const wallet::Wallet& wallet, bool internal) {
    if (!wallet.can_get_addresses(internal))
        throw Error{code::wallet, "Error: This wallet has no available keys"};
}

/// The details of an address that the keys and scripts of a wallet give.
class AddressDetails {
public:
    AddressDetails(const descriptor::KeyRing& ring, const AddressFormat& format)
        : ring_(ring), format_(format) {}

    void append(Json& out, const Script& script) const {
        const auto solution = script::solve(script.bytes());
        switch (solution.type) {
            case script::OutputType::pubkey_hash:
                append_key(out, solution.data[0], true);
                break;
            case script::OutputType::witness_v0_key_hash:
                append_key(out, solution.data[0], false);
                break;
            case script::OutputType::script_hash:
                if (const auto* inner = ring_.find_script(solution.data[0]))
                    append_inner(out, *inner);
                break;
            case script::OutputType::witness_v0_script_hash:
                if (const auto* inner = ring_.find_witness_script(solution.data[0]))
                    append_inner(out, *inner);
                break;
            case script::OutputType::nonstandard:
            case script::OutputType::anchor:
            case script::OutputType::pubkey:
            case script::OutputType::multisig:
            case script::OutputType::null_data:
            case script::OutputType::witness_v1_taproot:
            case script::OutputType::witness_unknown:
                break;
        }
    }

private:
    void append_key(Json& out, const Bytes& hash, bool show_compressed) const {
        crypto::Digest160 id;
        std::ranges::copy(hash, id.begin());
        const auto* key = ring_.find_public_key(id);
        if (!key) return;
        out.append("pubkey", to_hex(key->bytes()));
        if (show_compressed) out.append("iscompressed", key->is_compressed());
    }

    void append_inner(Json& out, const Script& inner) const {
        const auto solution = script::solve(inner.bytes());
        out.append("script", script::name(solution.type));
        out.append("hex", to_hex(inner.bytes()));
        if (auto address = descriptor::encode_address(inner, format_)) {
            Json embedded = Json::object();
            append_address_details(embedded, inner.bytes());
            append(embedded, inner);
            embedded.append("address", std::move(*address));
            embedded.append("scriptPubKey", to_hex(inner.bytes()));
            if (const auto* key = embedded.find("pubkey")) out.append("pubkey", Json(*key));
            out.append("embedded", std::move(embedded));
        } else if (solution.type == script::OutputType::multisig) {
            out.append("sigsrequired", solution.data.front().at(0));
            Json keys = Json::array();
            for (std::size_t i = 1; i + 1 < solution.data.size(); ++i)
                keys.push(to_hex(solution.data[i]));
            out.append("pubkeys", std::move(keys));
        }
    }

    const descriptor::KeyRing& ring_;
    const AddressFormat& format_;
};

/// Where the key of an address with one key comes from; null if it has none, or several. Of taproot
/// outputs it is the internal key.
const descriptor::KeyOrigin* key_origin(const Script& script, const descriptor::KeyRing& ring) {
    const auto solution = script::solve(script.bytes());
    if (solution.type == script::OutputType::witness_v1_taproot) {
        const auto made_of = ring.taproot.find(*crypto::XOnlyKey::from_bytes(solution.data[0]));
        // With a tree there are several keys, as a rule.
        const bool has_one = made_of != ring.taproot.end() && !made_of->second.merkle_root;
        return has_one ? ring.find_origin(made_of->second.internal_key) : nullptr;
    }
    if (solution.type == script::OutputType::script_hash) {
        const auto* inner = ring.find_script(solution.data[0]);
        const bool has_key =
            inner && script::solve(inner->bytes()).type == script::OutputType::witness_v0_key_hash;
        return has_key ? key_origin(*inner, ring) : nullptr;
    }
    if (solution.type != script::OutputType::pubkey_hash &&
        solution.type != script::OutputType::witness_v0_key_hash) {
        return nullptr;
    }
    crypto::Digest160 id;
    std::ranges::copy(solution.data[0], id.begin());
    return ring.find_origin(id);
}

/// Adds when and how the key of an address was made.
void append_key_origin(Json& out, const Script& script, const descriptor::KeyRing& ring,
                       const wallet::DescriptorRecord& record) {
    const auto* origin = key_origin(script, ring);
    if (!origin) return;
    out.append("timestamp", record.created);
    out.append("hdkeypath", "m" + descriptor::path_to_text(origin->path));
    out.append("hdseedid", to_hex(crypto::Digest160{}));
    out.append("hdmasterfingerprint", to_hex(origin->fingerprint));
}

Json address_info(const wallet::Wallet& wallet, const Script& script) {
    const auto& format = wallet.params().address;
    const auto* place = wallet.keys().find(script);
    descriptor::KeyRing ring;
    if (place) ring = wallet.keys().key_ring(*place, descriptor::Descriptor::Secrets::exclude);
    const auto* record = place ? &wallet.keys().records()[place->record] : nullptr;
    const bool solvable = record && record->descriptor.is_solvable();

    Json out = Json::object();
    out.append("address", *descriptor::encode_address(script, format));
    out.append("scriptPubKey", to_hex(script.bytes()));
    out.append("ismine", place != nullptr);
    out.append("solvable", solvable);
    if (solvable) out.append("desc", descriptor::infer(script, ring, format));
    if (record) out.append("parent_desc", record->normalized_text);
    out.append("iswatchonly", false);
    append_address_details(out, script.bytes());
    AddressDetails(ring, format).append(out, script);
    out.append("ischange", wallet.is_change({Amount{0}, script}));
    if (record) append_key_origin(out, script, ring, *record);
    Json labels = Json::array();
    if (const auto* entry = wallet.label_of(script)) labels.push(entry->label);
    out.append("labels", std::move(labels));
    return out;
}

}  // namespace

Json getnewaddress(Call& call) {
    struct Wanted {
        std::string label;
        std::optional<AddressType> type;
    };
    const auto wanted = [&] { return Wanted{label_of(call.json(0)), address_type(call, 1)}; };
    provide_wallet(call, wanted);
    return change_wallet(call, [&](wallet::Wallet& wallet) -> Json {
        // Before the arguments are looked at, as in Bitcoin Core.
        check_has_keys(wallet, false);
        const auto [label, type] = wanted();
        const auto script =
            value_of(wallet.new_address(type.value_or(wallet.options().address_type), label));
        return *descriptor::encode_address(script, wallet.params().address);
    });
}

Json getrawchangeaddress(Call& call) {
    const auto wanted = [&] { return address_type(call, 0); };
    provide_wallet(call, wanted);
    return change_wallet(call, [&](wallet::Wallet& wallet) -> Json {
        check_has_keys(wallet, true);
        const auto& options = wallet.options();
        const auto type = wanted().value_or(options.change_type.value_or(options.address_type));
        const auto script = value_of(wallet.new_change_address(type));
        return *descriptor::encode_address(script, wallet.params().address);
    });
}

Json getaddressinfo(Call& call) {
    const auto script = descriptor::decode_address(call.string(0), call.node().params.address);
    if (!script) {
        throw Error{code::invalid_address_or_key,
                    refused_address(script.error().message, call.string(0), call.node().params)};
    }
    return with_wallet(call, [&](wallet::Wallet& wallet) { return address_info(wallet, *script); });
}

Json setlabel(Call& call) {
    const auto address = call.string(0);
    const auto& params = call.node().params;
    if (!descriptor::decode_address(address, params.address)) {
        throw Error{code::invalid_address_or_key,
                    refused_address("Invalid Bitcoin address", address, params)};
    }
    const auto label = label_of(call.json(1));
    return with_wallet(call, [&](wallet::Wallet& wallet) -> Json {
        wallet.set_label(address, label);
        return nullptr;
    });
}

Json getaddressesbylabel(Call& call) {
    const auto label = label_of(call.json(0));
    return with_wallet(call, [&](wallet::Wallet& wallet) {
        std::map<std::pair<int, Script>, std::pair<std::string, std::string>> sorted;
        for (const auto& [address, entry] : wallet.labels()) {
            const auto script = descriptor::decode_address(address, wallet.params().address);
            if (script && entry.label == label)
                sorted.emplace(order_of_address(*script), std::pair(address, entry.purpose));
        }
        Json out = Json::object();
        for (const auto& [order, entry] : sorted) {
            Json purpose = Json::object();
            purpose.append("purpose", entry.second);
            out.append(entry.first, std::move(purpose));
        }
        if (out.empty())
            throw Error{code::wallet_invalid_label_name, "No addresses with label " + label};
        return out;
    });
}

Json listlabels(Call& call) {
    std::optional<std::string> purpose;
    if (!call.string(0, "").empty()) {
        purpose = call.string(0);
        if (*purpose != "send" && *purpose != "receive" && *purpose != "refund") {
            throw Error{code::invalid_parameter,
                        "Invalid 'purpose' argument, must be a known purpose string, typically "
                        "'send', or 'receive'."};
        }
    }
    return with_wallet(call, [&](wallet::Wallet& wallet) {
        std::set<std::string> labels;
        for (const auto& [address, entry] : wallet.labels())
            if (!purpose || entry.purpose == *purpose) labels.insert(entry.label);
        Json out = Json::array();
        for (const auto& label : labels)
            out.push(label);
        return out;
    });
}

}  // namespace daler::rpc
