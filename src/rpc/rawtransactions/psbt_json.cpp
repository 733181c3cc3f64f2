#include "rpc/rawtransactions/psbt_json.h"
#include "rpc/transaction_json.h"

#include <daler/crypto/base58check.h>
#include <daler/encoding/hex.h>
#include <daler/rpc/values.h>
#include <daler/script/standard.h>

#include <array>

namespace daler::rpc {
namespace {

Json script_json(const Script& script) {
    Json out = Json::object();
    out.append("asm", script::to_asm(script.bytes()));
    out.append("hex", to_hex(script.bytes()));
    out.append("type", script::name(script::solve(script.bytes()).type));
    return out;
}

void append_script(Json& out, std::string_view key, const Script& script) {
    if (!script.empty()) out.append(std::string(key), script_json(script));
}

void append_origin(Json& out, const descriptor::KeyOrigin& origin) {
    out.append("master_fingerprint", to_hex(origin.fingerprint));
    out.append("path", "m" + descriptor::path_to_text(origin.path));
}

Json extended_keys_json(const psbt::ExtendedKeys& all) {
    Json out = Json::array();
    for (const auto& [origin, keys] : all) {
        for (const auto& key : keys) {
            Json entry = Json::object();
            entry.append("xpub", crypto::base58check_encode(key));
            append_origin(entry, origin);
            out.push(std::move(entry));
        }
    }
    return out;
}

Json proprietary_json(const psbt::ProprietaryFields& fields) {
    Json out = Json::array();
    for (const auto& [key, field] : fields) {
        Json entry = Json::object();
        entry.append("identifier", to_hex(field.identifier));
        entry.append("subtype", field.subtype);
        entry.append("key", to_hex(key));
        entry.append("value", to_hex(field.value));
        out.push(std::move(entry));
    }
    return out;
}

/// An object of hex from a map of bytes.
template <class Map>
Json hex_json(const Map& map) {
    Json out = Json::object();
    for (const auto& [key, value] : map)
        out.append(to_hex(key), to_hex(value));
    return out;
}

template <class Map>
void append_hex(Json& out, std::string_view key, const Map& map) {
    if (!map.empty()) out.append(std::string(key), hex_json(map));
}

void append_other_fields(Json& out, const psbt::ProprietaryFields& proprietary,
                         const psbt::UnknownFields& unknown) {
    if (!proprietary.empty()) out.append("proprietary", proprietary_json(proprietary));
    append_hex(out, "unknown", unknown);
}

void append_origins(Json& out, const std::map<crypto::PublicKey, descriptor::KeyOrigin>& origins) {
    if (origins.empty()) return;
    Json list = Json::array();
    for (const auto& [key, origin] : origins) {
        Json entry = Json::object();
        entry.append("pubkey", to_hex(key.bytes()));
        append_origin(entry, origin);
        list.push(std::move(entry));
    }
    out.append("bip32_derivs", std::move(list));
}

void append_taproot_origins(Json& out,
                            const std::map<crypto::XOnlyKey, descriptor::TaprootOrigin>& origins) {
    if (origins.empty()) return;
    Json list = Json::array();
    for (const auto& [key, origin] : origins) {
        Json entry = Json::object();
        entry.append("pubkey", to_hex(key.bytes));
        append_origin(entry, origin.origin);
        Json hashes = Json::array();
        for (const auto& hash : origin.leaf_hashes)
            hashes.push(to_hex(hash.bytes));
        entry.append("leaf_hashes", std::move(hashes));
        list.push(std::move(entry));
    }
    out.append("taproot_bip32_derivs", std::move(list));
}

Json plain_transaction_json(const SealedTransaction& tx, const AddressFormat& format) {
    TransactionJsonOptions options;
    options.include_hex = false;
    return transaction_json(tx, format, options);
}

void append_utxos(Json& out, const psbt::Input& input, const AddressFormat& format) {
    if (const auto& output = input.witness_utxo) {
        Json entry = Json::object();
        entry.append("amount", from_amount(output->value));
        entry.append("scriptPubKey", script_pubkey_json(output->script_pubkey.bytes(), format));
        out.append("witness_utxo", std::move(entry));
    }
    if (const auto& tx = input.non_witness_utxo)
        out.append("non_witness_utxo", plain_transaction_json(*tx, format));
}

/// The name of a signature hash type; empty for types without one.
std::string_view sighash_name(std::int32_t type) {
    struct Named {
        std::uint8_t type;
        std::string_view name;
    };
    using enum script::SighashType;
    static constexpr std::array<Named, 6> names{{
        {sighash_all, "ALL"},
        {sighash_all | sighash_anyonecanpay, "ALL|ANYONECANPAY"},
        {sighash_none, "NONE"},
        {sighash_none | sighash_anyonecanpay, "NONE|ANYONECANPAY"},
        {sighash_single, "SINGLE"},
        {sighash_single | sighash_anyonecanpay, "SINGLE|ANYONECANPAY"},
    }};
    for (const auto& [known, name] : names)
        if (known == static_cast<std::uint8_t>(type)) return name;
    return "";
}

void append_signing_fields(Json& out, const psbt::Input& input) {
    if (!input.signatures.empty()) {
        Json signatures = Json::object();
        for (const auto& [hash, made] : input.signatures)
            signatures.append(to_hex(made.key.bytes()), to_hex(made.signature));
        out.append("partial_signatures", std::move(signatures));
    }
    if (input.sighash_type) out.append("sighash", sighash_name(*input.sighash_type));
    append_script(out, "redeem_script", input.redeem_script);
    append_script(out, "witness_script", input.witness_script);
    append_origins(out, input.origins);
}

void append_final_fields(Json& out, const psbt::Input& input) {
    if (!input.final_script_sig.empty()) {
        Json script = Json::object();
        script.append("asm", script::to_asm(input.final_script_sig.bytes(), true));
        script.append("hex", to_hex(input.final_script_sig.bytes()));
        out.append("final_scriptSig", std::move(script));
    }
    if (!input.final_witness.empty()) {
        Json items = Json::array();
        for (const auto& item : input.final_witness)
            items.push(to_hex(item));
        out.append("final_scriptwitness", std::move(items));
    }
}

Json leaf_signatures_json(const psbt::Input& input) {
    Json out = Json::array();
    for (const auto& [key, signature] : input.leaf_signatures) {
        Json entry = Json::object();
        entry.append("pubkey", to_hex(key.key.bytes));
        entry.append("leaf_hash", to_hex(key.leaf_hash.bytes));
        entry.append("sig", to_hex(signature));
        out.push(std::move(entry));
    }
    return out;
}

Json leaf_scripts_json(const psbt::Input& input) {
    Json out = Json::array();
    for (const auto& [leaf, blocks] : input.leaf_scripts) {
        Json entry = Json::object();
        entry.append("script", to_hex(leaf.script));
        entry.append("leaf_ver", leaf.version);
        Json list = Json::array();
        for (const auto& block : blocks)
            list.push(to_hex(block));
        entry.append("control_blocks", std::move(list));
        out.push(std::move(entry));
    }
    return out;
}

void append_taproot_fields(Json& out, const psbt::Input& input) {
    if (!input.key_path_signature.empty())
        out.append("taproot_key_path_sig", to_hex(input.key_path_signature));
    if (!input.leaf_signatures.empty())
        out.append("taproot_script_path_sigs", leaf_signatures_json(input));
    if (!input.leaf_scripts.empty()) out.append("taproot_scripts", leaf_scripts_json(input));
    append_taproot_origins(out, input.taproot_origins);
    if (input.internal_key) out.append("taproot_internal_key", to_hex(input.internal_key->bytes));
    if (input.merkle_root) out.append("taproot_merkle_root", to_hex(input.merkle_root->bytes));
}

Json psbt_input_json(const psbt::Input& input, const AddressFormat& format) {
    Json out = Json::object();
    append_utxos(out, input, format);
    append_signing_fields(out, input);
    append_final_fields(out, input);
    append_hex(out, "ripemd160_preimages", input.preimages.ripemd160);
    append_hex(out, "sha256_preimages", input.preimages.sha256);
    append_hex(out, "hash160_preimages", input.preimages.hash160);
    append_hex(out, "hash256_preimages", input.preimages.hash256);
    append_taproot_fields(out, input);
    append_other_fields(out, input.proprietary, input.unknown);
    return out;
}

Json psbt_output_json(const psbt::Output& output) {
    Json out = Json::object();
    append_script(out, "redeem_script", output.redeem_script);
    append_script(out, "witness_script", output.witness_script);
    append_origins(out, output.origins);
    if (output.internal_key) out.append("taproot_internal_key", to_hex(output.internal_key->bytes));
    if (!output.tree.empty()) {
        Json leaves = Json::array();
        for (const auto& leaf : output.tree) {
            Json entry = Json::object();
            entry.append("depth", leaf.depth);
            entry.append("leaf_ver", leaf.version);
            entry.append("script", to_hex(leaf.script.bytes()));
            leaves.push(std::move(entry));
        }
        out.append("taproot_tree", std::move(leaves));
    }
    append_taproot_origins(out, output.taproot_origins);
    append_other_fields(out, output.proprietary, output.unknown);
    return out;
}

/// Adds up amounts; nothing as soon as one of them or the sum is not money.
class MoneySum {
public:
    void add(Amount amount) {
        if (!is_money(amount) || !is_money(sum_ + amount))
            valid_ = false;
        else
            sum_ += amount;
    }
    [[nodiscard]] bool is_valid() const { return valid_; }
    [[nodiscard]] Amount sum() const { return sum_; }

private:
    Amount sum_;
    bool valid_ = true;
};

std::optional<Amount> fee_of(const psbt::Psbt& psbt) {
    MoneySum in, out;
    for (std::size_t i = 0; i < psbt.inputs.size(); ++i) {
        const auto* spent = psbt.spent_output(i);
        if (!spent) return std::nullopt;
        in.add(spent->value);
    }
    for (const auto& output : psbt.tx.outputs)
        out.add(output.value);
    if (!in.is_valid() || !out.is_valid()) return std::nullopt;
    return in.sum() - out.sum();
}

Json digests_json(const std::vector<crypto::Digest160>& digests) {
    Json out = Json::array();
    for (const auto& digest : digests)
        out.push(to_hex(digest));
    return out;
}

Json missing_json(const descriptor::MissingParts& missing) {
    Json out = Json::object();
    if (!missing.public_keys.empty()) out.append("pubkeys", digests_json(missing.public_keys));
    if (missing.redeem_script) out.append("redeemscript", to_hex(*missing.redeem_script));
    if (missing.witness_script) out.append("witnessscript", to_hex(*missing.witness_script));
    if (!missing.signatures.empty()) out.append("signatures", digests_json(missing.signatures));
    return out;
}

}  // namespace

Json psbt_json(const psbt::Psbt& psbt, const AddressFormat& format) {
    Json out = Json::object();
    out.append("tx", plain_transaction_json(*seal(psbt.tx), format));
    out.append("global_xpubs", extended_keys_json(psbt.extended_keys));
    out.append("psbt_version", psbt.version.value_or(0));
    out.append("proprietary", proprietary_json(psbt.proprietary));
    out.append("unknown", hex_json(psbt.unknown));
    Json inputs = Json::array();
    for (const auto& input : psbt.inputs)
        inputs.push(psbt_input_json(input, format));
    out.append("inputs", std::move(inputs));
    Json outputs = Json::array();
    for (const auto& output : psbt.outputs)
        outputs.push(psbt_output_json(output));
    out.append("outputs", std::move(outputs));
    if (const auto fee = fee_of(psbt)) out.append("fee", from_amount(*fee));
    return out;
}

Json analysis_json(const psbt::Analysis& analysis) {
    Json out = Json::object();
    Json inputs = Json::array();
    for (const auto& input : analysis.inputs) {
        Json entry = Json::object();
        entry.append("has_utxo", input.has_utxo);
        entry.append("is_final", input.is_final);
        entry.append("next", psbt::name(input.next));
        if (Json missing = missing_json(input.missing); !missing.empty())
            entry.append("missing", std::move(missing));
        inputs.push(std::move(entry));
    }
    if (!inputs.empty()) out.append("inputs", std::move(inputs));
    if (analysis.vsize) out.append("estimated_vsize", *analysis.vsize);
    if (analysis.fee_rate) out.append("estimated_feerate", from_rate(*analysis.fee_rate));
    if (analysis.fee) out.append("fee", from_amount(*analysis.fee));
    out.append("next", psbt::name(analysis.next));
    if (!analysis.error.empty()) out.append("error", analysis.error);
    return out;
}

}  // namespace daler::rpc
