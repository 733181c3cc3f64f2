#include "rpc/additions.h"
#include "rpc/address_json.h"
#include "rpc/descriptor_arguments.h"
#include "rpc/util/methods.h"

#include <daler/crypto/key.h>
#include <daler/descriptor/addresses.h>
#include <daler/descriptor/descriptor.h>
#include <daler/encoding/hex.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/services.h>
#include <daler/rpc/values.h>
#include <daler/script/limits.h>
#include <daler/script/standard.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

void check_multisig(std::int64_t required, std::size_t keys) {
    if (required < 1) {
        throw Error{code::invalid_parameter,
                    "a multisignature address must require at least one key to redeem"};
    }
    if (keys < static_cast<std::size_t>(required)) {
        throw Error{
            code::invalid_parameter,
            fmt::format("not enough keys supplied (got {} keys, but need at least {} to redeem)",
                        keys, required)};
    }
    if (keys > script::max_multisig_keys) {
        throw Error{code::invalid_parameter,
                    fmt::format("Number of keys involved in the multisignature address creation > "
                                "{}\nReduce the number",
                                script::max_multisig_keys)};
    }
}

/// One, or one for each path of a text with several (BIP 389).
std::vector<descriptor::Descriptor> parse_descriptors(const Call& call,
                                                      descriptor::ChecksumRule rule) {
    auto parsed =
        descriptor::Descriptor::parse_all(call.string(0), call.node().params.address, rule);
    if (!parsed) throw Error{code::invalid_address_or_key, parsed.error()};
    return *parsed;
}

Json derive_addresses(const Call& call, const descriptor::Descriptor& parsed,
                      const IndexRange& range) {
    Json out = Json::array();
    for (auto index = range.first; index <= range.last; ++index) {
        refuse_if_stopping(call.node());
        const auto scripts = parsed.scripts(index);
        if (!scripts)
            throw Error{code::invalid_address_or_key, "Cannot derive script without private keys"};
        for (const auto& script : *scripts) {
            const auto address = descriptor::encode_address(script, call.node().params.address);
            if (!address && scripts->size() > 1) continue;  // the bare key of combo()
            if (!address) {
                throw Error{code::invalid_address_or_key,
                            "Descriptor does not have a corresponding address"};
            }
            out.push(*address);
        }
    }
    return out;
}

}  // namespace

Json validateaddress(Call& call) {
    const auto& format = call.node().params.address;
    const std::string address = call.string(0);
    const auto script = descriptor::decode_address(address, format);
    Json out = Json::object();
    out.append("isvalid", script.has_value());
    if (!script) {
        Json positions = Json::array();
        for (const auto position : script.error().positions)
            positions.push(position);
        out.append("error_locations", std::move(positions));
        out.append("error", refused_address(script.error().message, address, call.node().params));
        return out;
    }
    out.append("address", *descriptor::encode_address(*script, format));
    out.append("scriptPubKey", to_hex(script->bytes()));
    append_address_details(out, script->bytes());
    return out;
}

Json createmultisig(Call& call) {
    const auto& format = call.node().params.address;
    const auto required = call.integer(0);
    std::vector<crypto::PublicKey> keys;
    for (const auto& key : call.json(1).items())
        keys.push_back(to_public_key(to_text(key)));
    const std::string type_text = call.string(2, "legacy");
    auto type = descriptor::address_type_by_name(type_text);
    if (!type)
        throw Error{code::invalid_address_or_key,
                    fmt::format("Unknown address type '{}'", type_text)};
    if (*type == descriptor::AddressType::bech32m) {
        throw Error{code::invalid_address_or_key,
                    "createmultisig cannot create bech32m multisig addresses"};
    }
    check_multisig(required, keys.size());

    Json warnings = Json::array();
    const bool compressed = std::ranges::all_of(keys, &crypto::PublicKey::is_compressed);
    if (!compressed && *type != descriptor::AddressType::legacy) {
        type = descriptor::AddressType::legacy;
        warnings.push(
            "Unable to make chosen address type, please ensure no uncompressed public keys are "
            "present.");
    }
    const Script redeem = script::pay_to_multisig(static_cast<int>(required), keys);
    // A larger script cannot be pushed, so its address could not be spent from.
    if (*type == descriptor::AddressType::legacy && redeem.size() > script::max_element_size) {
        throw Error{code::invalid_parameter, fmt::format("redeemScript exceeds size limit: {} > {}",
                                                         redeem.size(), script::max_element_size)};
    }
    const Script witness = script::pay_to_witness(0, crypto::sha256(redeem.bytes()));
    Script output = witness;
    if (*type == descriptor::AddressType::legacy)
        output = script::pay_to_script_hash(crypto::hash160(redeem.bytes()));
    else if (*type == descriptor::AddressType::p2sh_segwit)
        output = script::pay_to_script_hash(crypto::hash160(witness.bytes()));
    descriptor::KeyRing ring;
    for (const auto& key : keys)
        ring.add_public_key(key);
    ring.add_script(redeem);
    ring.add_script(witness);

    Json out = Json::object();
    out.append("address", *descriptor::encode_address(output, format));
    out.append("redeemScript", to_hex(redeem.bytes()));
    out.append("descriptor", descriptor::infer(output, ring, format));
    if (!warnings.empty()) out.append("warnings", std::move(warnings));
    return out;
}

Json getdescriptorinfo(Call& call) {
    const auto all = parse_descriptors(call, descriptor::ChecksumRule::optional);
    const auto& parsed = all.front();
    const std::string text = call.string(0);
    Json out = Json::object();
    out.append("descriptor", parsed.to_text());
    if (all.size() > 1) {
        Json expansion = Json::array();
        for (const auto& one : all)
            expansion.push(one.to_text());
        out.append("multipath_expansion", std::move(expansion));
    }
    out.append("checksum", descriptor::checksum(text.substr(0, text.find('#'))).value_or(""));
    out.append("isrange", parsed.is_range());
    out.append("issolvable", parsed.is_solvable());
    out.append("hasprivatekeys", parsed.has_private_keys());
    return out;
}

Json deriveaddresses(Call& call) {
    IndexRange range;
    if (call.has(1)) range = to_index_range(call.json(1));
    const auto all = parse_descriptors(call, descriptor::ChecksumRule::required);
    const auto& parsed = all.front();
    if (call.has(1)) {
        if (!parsed.is_range()) {
            throw Error{code::invalid_parameter,
                        "Range should not be specified for an un-ranged descriptor"};
        }
    } else if (parsed.is_range()) {
        throw Error{code::invalid_parameter, "Range must be specified for a ranged descriptor"};
    }
    if (all.size() == 1) return derive_addresses(call, parsed, range);
    Json out = Json::array();
    for (const auto& one : all)
        out.push(derive_addresses(call, one, range));
    return out;
}

}  // namespace daler::rpc
