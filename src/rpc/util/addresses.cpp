#include "rpc/address_json.h"
#include "rpc/blockchain/coin_scan.h"

#include <daler/crypto/key.h>
#include <daler/descriptor/addresses.h>
#include <daler/descriptor/descriptor.h>
#include <daler/encoding/base64.h>
#include <daler/encoding/hex.h>
#include <daler/rpc/services.h>
#include <daler/rpc/values.h>
#include <daler/script/limits.h>
#include <daler/script/standard.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

// ---- Addresses and descriptors ----

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
        out.append("error", script.error().message);
        return out;
    }
    out.append("address", *descriptor::encode_address(*script, format));
    out.append("scriptPubKey", to_hex(script->bytes()));
    append_address_details(out, script->bytes());
    return out;
}

crypto::PublicKey parse_public_key(const std::string& text) {
    const auto bytes = from_hex(text);
    if (!bytes || bytes->empty()) {
        throw Error{code::invalid_address_or_key,
                    fmt::format("Pubkey \"{}\" must be a hex string", text)};
    }
    const auto key = crypto::PublicKey::from_bytes(*bytes);
    if (bytes->size() != crypto::PublicKey::compressed_size &&
        bytes->size() != crypto::PublicKey::uncompressed_size) {
        throw Error{code::invalid_address_or_key,
                    fmt::format("Pubkey \"{}\" must have a length of either 33 or 65 bytes", text)};
    }
    if (!key || !key->is_on_curve()) {
        throw Error{code::invalid_address_or_key,
                    fmt::format("Pubkey \"{}\" must be cryptographically valid.", text)};
    }
    return *key;
}

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

Json createmultisig(Call& call) {
    const auto& format = call.node().params.address;
    const auto required = call.integer(0);
    std::vector<crypto::PublicKey> keys;
    for (const auto& key : call.json(1).items())
        keys.push_back(parse_public_key(to_text(key)));
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
    // Nobody could push a larger one, so nobody could spend from its address.
    if (*type == descriptor::AddressType::legacy && redeem.size() > script::max_element_size) {
        throw Error{code::invalid_parameter, fmt::format("redeemScript exceeds size limit: {} > {}",
                                                         redeem.size(), script::max_element_size)};
    }
    const Script witness = script::pay_to_witness(0, crypto::sha256(redeem.bytes()));
    Script output = witness;
    if (*type == descriptor::AddressType::legacy) {
        output = script::pay_to_script_hash(crypto::hash160(redeem.bytes()));
    } else if (*type == descriptor::AddressType::p2sh_segwit) {
        output = script::pay_to_script_hash(crypto::hash160(witness.bytes()));
    }
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

descriptor::Descriptor parse_descriptor(const Call& call, descriptor::ChecksumRule rule) {
    auto parsed = descriptor::Descriptor::parse(call.string(0), call.node().params.address, rule);
    if (!parsed) throw Error{code::invalid_address_or_key, parsed.error()};
    return *parsed;
}

Json getdescriptorinfo(Call& call) {
    const auto parsed = parse_descriptor(call, descriptor::ChecksumRule::optional);
    const std::string text = call.string(0);
    Json out = Json::object();
    out.append("descriptor", parsed.to_text());
    out.append("checksum", descriptor::checksum(text.substr(0, text.find('#'))).value_or(""));
    out.append("isrange", parsed.is_range());
    out.append("issolvable", parsed.is_solvable());
    out.append("hasprivatekeys", parsed.has_private_keys());
    return out;
}

Json deriveaddresses(Call& call) {
    std::pair<std::int64_t, std::int64_t> range{0, 0};
    if (call.has(1)) range = parse_range(call.json(1));
    const auto parsed = parse_descriptor(call, descriptor::ChecksumRule::required);
    if (call.has(1)) {
        if (!parsed.is_range()) {
            throw Error{code::invalid_parameter,
                        "Range should not be specified for an un-ranged descriptor"};
        }
    } else if (parsed.is_range()) {
        throw Error{code::invalid_parameter, "Range must be specified for a ranged descriptor"};
    }
    Json out = Json::array();
    for (auto i = range.first; i <= range.second; ++i) {
        refuse_if_stopping(call.node());
        const auto scripts = parsed.scripts(static_cast<std::uint32_t>(i));
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

// ---- Signed messages ----

crypto::Digest256 message_hash(const std::string& message) {
    ByteWriter writer;
    writer.sized_bytes(as_bytes("Bitcoin Signed Message:\n"));
    writer.sized_bytes(as_bytes(message));
    return crypto::sha256d(writer.view());
}

Json signmessagewithprivkey(Call& call) {
    const auto key = descriptor::decode_wif(call.string(0), call.node().params.address);
    if (!key) throw Error{code::invalid_address_or_key, "Invalid private key"};
    return base64_encode(key->key.sign_recoverable(message_hash(call.string(1)), key->compressed));
}

Json verifymessage(Call& call) {
    const auto script = descriptor::decode_address(call.string(0), call.node().params.address);
    if (!script) throw Error{code::invalid_address_or_key, "Invalid address"};
    const auto solution = script::solve(script->bytes());
    if (solution.type != script::OutputType::pubkey_hash) {
        throw Error{code::type, "Address does not refer to key"};
    }
    const auto signature = base64_decode(call.string(1));
    if (!signature) throw Error{code::type, "Malformed base64 encoding"};
    const auto key = crypto::recover_public_key(message_hash(call.string(2)), *signature);
    return key && std::ranges::equal(key->hash(), solution.data.at(0));
}

// ---- Fees ----

constexpr int max_fee_target = 1008;  // blocks

Json estimatesmartfee(Call& call) {
    const auto target = call.integer(0);
    if (target < 1 || target > max_fee_target) {
        throw Error{code::invalid_parameter,
                    fmt::format("Invalid conf_target, must be between 1 and {}", max_fee_target)};
    }
    const std::string mode = lower_case(call.string(1, "economical"));
    if (mode != "unset" && mode != "economical" && mode != "conservative") {
        throw Error{code::invalid_parameter,
                    "Invalid estimate_mode parameter, must be one of: \"unset\", \"economical\", "
                    "\"conservative\""};
    }
    Json errors = Json::array();
    errors.push("Insufficient data or no feerate found");
    Json out = Json::object();
    out.append("errors", std::move(errors));
    out.append("blocks", 0);  // the longest target for which there is an estimate
    return out;
}

}  // namespace

std::span<const Method> util_methods() {
    static const std::vector<Method> methods{
        {"Util",
         "createmultisig",
         "Makes an address that several keys guard together.",
         {{"nrequired", Type::integer, "", "How many of the keys must sign"},
          {"keys", Type::array, "", "Public keys in hex"},
          {"address_type", Type::string, "legacy", "legacy, p2sh-segwit or bech32"}},
         "address, redeemScript and descriptor",
         createmultisig},
        {"Util",
         "deriveaddresses",
         "Lists the addresses that an output descriptor describes.",
         {{"descriptor", Type::string, "", "The descriptor, with its checksum"},
          {"range", Type::any, "null", "For ranged descriptors: the last index, or [first, last]"}},
         "addresses",
         deriveaddresses},
        {"Util",
         "estimatesmartfee",
         "Estimates the fee rate at which a transaction confirms within so many blocks. This node "
         "keeps no "
         "statistics yet and has no estimate.",
         {{"conf_target", Type::integer, "", "Blocks"},
          {"estimate_mode", Type::string, "economical", "unset, economical or conservative"}},
         "feerate in BTC/kvB or errors, and blocks",
         estimatesmartfee},
        {"Util",
         "getdescriptorinfo",
         "Checks an output descriptor.",
         {{"descriptor", Type::string, "", "The descriptor"}},
         "its canonical form, checksum and what it can do",
         getdescriptorinfo},
        {"Util",
         "signmessagewithprivkey",
         "Signs a message with a private key.",
         {{"privkey", Type::string, "", "The key in wallet import format"},
          {"message", Type::string, "", "The message"}},
         "the signature in base 64",
         signmessagewithprivkey},
        {"Util",
         "validateaddress",
         "Tells whether a text is an address of this chain, and of what kind.",
         {{"address", Type::string, "", "The address"}},
         "isvalid, and its script or what is wrong",
         validateaddress},
        {"Util",
         "verifymessage",
         "Tells whether a signature shows that the owner of an address signed a message.",
         {{"address", Type::string, "", "A P2PKH address"},
          {"signature", Type::string, "", "The signature in base 64"},
          {"message", Type::string, "", "The message"}},
         "true or false",
         verifymessage},
    };
    return methods;
}

}  // namespace daler::rpc
