#include "spend_parts.h"

#include <daler/script/taproot.h>

#include <ranges>

namespace daler::psbt {
namespace {

using descriptor::KeyWithOrigin;
using descriptor::SpendData;

void add_origins_to(SpendData& data, const std::map<crypto::PublicKey, KeyOrigin>& origins) {
    for (const auto& [key, origin] : origins)
        data.origins.emplace(key.hash(), KeyWithOrigin{key, origin});
}

void add_scripts(Script& redeem_script, Script& witness_script, const SpendData& data) {
    if (redeem_script.empty()) redeem_script = data.redeem_script;
    if (witness_script.empty()) witness_script = data.witness_script;
}

void finish(Input& input, const SpendData& data) {
    input.signatures.clear();
    input.origins.clear();
    input.redeem_script.clear();
    input.witness_script.clear();
    if (!data.script_sig.empty()) input.final_script_sig = data.script_sig;
    if (!data.witness.empty()) input.final_witness = data.witness;
}

}  // namespace

SpendData spend_data(const Input& input) {
    SpendData out;
    out.script_sig = input.final_script_sig;
    out.witness = input.final_witness;
    out.complete = input.is_final();
    if (out.complete) return out;
    out.signatures = input.signatures;
    out.redeem_script = input.redeem_script;
    out.witness_script = input.witness_script;
    add_origins_to(out, input.origins);
    out.preimages = input.preimages;
    out.key_path_signature = input.key_path_signature;
    out.leaf_signatures = input.leaf_signatures;
    out.internal_key = input.internal_key;
    out.merkle_root = input.merkle_root;
    out.leaf_scripts = input.leaf_scripts;
    out.taproot_origins = input.taproot_origins;
    return out;
}

SpendData spend_data(const Output& output) {
    SpendData out;
    out.redeem_script = output.redeem_script;
    out.witness_script = output.witness_script;
    add_origins_to(out, output.origins);
    out.taproot_origins = output.taproot_origins;
    if (output.tree.empty() || !output.internal_key) return out;
    out.internal_key = output.internal_key;
    // Nothing is signed, so the control blocks do not matter.
    for (const auto& leaf : output.tree) {
        const ByteSpan script = leaf.script.bytes();
        out.leaf_scripts[{Bytes(script.begin(), script.end()), leaf.version}].emplace();
    }
    return out;
}

void add_parts(Input& input, const SpendData& data) {
    if (data.complete) return finish(input, data);
    input.signatures.insert(data.signatures.begin(), data.signatures.end());
    add_scripts(input.redeem_script, input.witness_script, data);
    for (const auto& [hash, known] : data.origins)
        input.origins.emplace(known.key, known.origin);
    if (!data.key_path_signature.empty()) input.key_path_signature = data.key_path_signature;
    input.leaf_signatures.insert(data.leaf_signatures.begin(), data.leaf_signatures.end());
    if (data.internal_key) input.internal_key = data.internal_key;
    if (data.merkle_root) input.merkle_root = data.merkle_root;
    input.leaf_scripts.insert(data.leaf_scripts.begin(), data.leaf_scripts.end());
    input.taproot_origins.insert(data.taproot_origins.begin(), data.taproot_origins.end());
}

void add_parts(Output& output, const SpendData& data) {
    add_scripts(output.redeem_script, output.witness_script, data);
    for (const auto& [hash, known] : data.origins)
        output.origins.emplace(known.key, known.origin);
    if (data.internal_key) output.internal_key = data.internal_key;
    if (!data.tree.empty()) {
        output.tree.clear();
        // Bitcoin Core writes trees from right to left.
        for (const auto& leaf : std::views::reverse(data.tree)) {
            output.tree.push_back({static_cast<std::uint8_t>(leaf.depth),
                                   script::tapscript_leaf_version, leaf.script});
        }
    }
    output.taproot_origins.insert(data.taproot_origins.begin(), data.taproot_origins.end());
}

}  // namespace daler::psbt
