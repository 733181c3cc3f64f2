#include "node.h"

#include <daler/encoding/hex.h>
#include <daler/script/opcodes.h>
#include <daler/script/standard.h>
#include <daler/script/taproot.h>
#include <daler/util/ensure.h>

#include "taproot_tree.h"

namespace daler::descriptor {
namespace {

using crypto::PublicKey;

/// Prints the part of a script tree that starts at leaf `position`, `depth` levels down.
std::optional<std::string> tree_text(const DescriptorNode& node, std::size_t& position,
                                     std::size_t depth, TextMode mode,
                                     const AddressFormat& format) {
    if (node.depths[position] == depth) return node_text(node.children[position++], mode, format);
    const auto left = tree_text(node, position, depth + 1, mode, format);
    const auto right = tree_text(node, position, depth + 1, mode, format);
    if (!left || !right) return std::nullopt;
    return "{" + *left + "," + *right + "}";
}

bool is_multisig(Function function) {
    return function == Function::multi || function == Function::sortedmulti ||
           function == Function::multi_a || function == Function::sortedmulti_a;
}

Script tapscript_pk(const PublicKey& key) {
    Script out;
    script::push(out, x_only(key).bytes);
    out.append(script::op_checksig);
    return out;
}

Script tapscript_multisig(int threshold, std::span<const PublicKey> keys) {
    Script out;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        script::push(out, x_only(keys[i]).bytes);
        out.append(i == 0 ? script::op_checksig : script::op_checksigadd);
    }
    script::push_number(out, threshold);
    out.append(script::op_numequal);
    return out;
}

Script multisig_script(const DescriptorNode& node, std::vector<PublicKey> keys) {
    const bool tapscript =
        node.function == Function::multi_a || node.function == Function::sortedmulti_a;
    if (node.function == Function::sortedmulti) std::ranges::sort(keys);
    if (node.function == Function::sortedmulti_a) std::ranges::sort(keys, {}, x_only);
    return tapscript ? tapscript_multisig(node.threshold, keys)
                     : script::pay_to_multisig(node.threshold, keys);
}

/// The keys as a script of this context has them.
std::vector<Bytes> script_keys(ScriptContext context, std::span<const PublicKey> keys) {
    std::vector<Bytes> out;
    for (const auto& key : keys) {
        const ByteSpan bytes = key.bytes();
        const ByteSpan used = context == ScriptContext::p2tr ? bytes.subspan(1) : bytes;
        out.emplace_back(used.begin(), used.end());
    }
    return out;
}

std::optional<std::string> miniscript_text(const DescriptorNode& node, TextMode mode,
                                           const AddressFormat& format) {
    std::vector<std::string> keys;
    for (const auto& key : node.keys) {
        auto text = key.to_text(mode, format);
        if (!text) return std::nullopt;
        keys.push_back(std::move(*text));
    }
    return miniscript::to_text(*node.expression, keys);
}

std::vector<Script> combo_scripts(const PublicKey& key, KeyRing* ring) {
    std::vector<Script> out{script::pay_to_pubkey(key), script::pay_to_pubkey_hash(key.hash())};
    if (key.is_compressed()) {
        const Script witness = script::pay_to_witness(0, key.hash());
        out.push_back(witness);
        out.push_back(script::pay_to_script_hash(crypto::hash160(witness.bytes())));
        if (ring) ring->add_script(witness);
    }
    return out;
}

std::optional<Script> taproot_script(const PublicKey& key, std::vector<TaprootLeaf> leaves,
                                     KeyRing* ring) {
    const auto internal_key = x_only(key);
    const auto tree = taproot_tree(leaves);
    const auto root = tree ? std::optional(tree->root) : std::nullopt;
    const auto output = script::taproot_output_key(internal_key, root);
    if (!output) return std::nullopt;
    if (ring)
        ring->taproot.emplace(output->key, TaprootOutput{internal_key, root, std::move(leaves)});
    return script::pay_to_witness(1, output->key.bytes);
}

/// The one script of a function that has one.
std::optional<Script> single_script(const DescriptorNode& node, std::uint32_t index,
                                    std::vector<PublicKey> keys, KeyRing* ring,
                                    Descriptor::Secrets secrets) {
    switch (node.function) {
        case Function::pk:
            return node.context == ScriptContext::p2tr ? tapscript_pk(keys[0])
                                                       : script::pay_to_pubkey(keys[0]);
        case Function::pkh:
            return script::pay_to_pubkey_hash(keys[0].hash());
        case Function::wpkh:
            return script::pay_to_witness(0, keys[0].hash());
        case Function::rawtr:
            return script::pay_to_witness(1, x_only(keys[0]).bytes);
        case Function::multi:
        case Function::sortedmulti:
        case Function::multi_a:
        case Function::sortedmulti_a:
            return multisig_script(node, std::move(keys));
        case Function::miniscript:
            return miniscript::to_script(*node.expression, script_keys(node.context, keys));
        case Function::addr:
        case Function::raw:
            return node.script;
        case Function::sh:
        case Function::wsh: {
            const auto inner = node_scripts(node.children[0], index, ring, secrets);
            if (!inner) return std::nullopt;
            if (ring) ring->add_script(inner->front());
            const ByteSpan bytes = inner->front().bytes();
            return node.function == Function::sh
                       ? script::pay_to_script_hash(crypto::hash160(bytes))
                       : script::pay_to_witness(0, crypto::sha256(bytes));
        }
        case Function::tr: {
            std::vector<TaprootLeaf> leaves;
            for (std::size_t i = 0; i < node.children.size(); ++i) {
                const auto leaf = node_scripts(node.children[i], index, ring, secrets);
                if (!leaf) return std::nullopt;
                leaves.push_back({node.depths[i], leaf->front()});
            }
            return taproot_script(keys[0], std::move(leaves), ring);
        }
        case Function::combo:
            break;
    }
    ensure(false);
    return std::nullopt;
}

void add_key(const KeyExpression& expression, const KeyExpression::Derived& derived,
             std::uint32_t index, KeyRing& ring, Descriptor::Secrets secrets) {
    ring.add_public_key(derived.key);
    ring.origins.emplace(derived.key.hash(), derived.origin);
    if (secrets == Descriptor::Secrets::exclude) return;
    if (const auto secret = expression.derive_secret(index)) ring.add_secret(*secret);
}

}  // namespace

std::optional<std::string> node_text(const DescriptorNode& node, TextMode mode,
                                     const AddressFormat& format) {
    if (node.function == Function::miniscript) return miniscript_text(node, mode, format);
    std::string out(name(node.function));
    out.push_back('(');
    if (node.function == Function::raw) out += to_hex(node.script.bytes());
    if (node.function == Function::addr) out += *encode_address(node.script, format);
    if (is_multisig(node.function)) out += std::to_string(node.threshold);
    for (const auto& key : node.keys) {
        const auto text = key.to_text(mode, format);
        if (!text) return std::nullopt;
        if (out.back() != '(') out.push_back(',');
        out += *text;
    }
    if (!node.children.empty()) {
        std::size_t position = 0;
        const auto text = node.function == Function::tr ? tree_text(node, position, 0, mode, format)
                                                        : node_text(node.children[0], mode, format);
        if (!text) return std::nullopt;
        if (out.back() != '(') out.push_back(',');
        out += *text;
    }
    out.push_back(')');
    return out;
}

std::optional<std::vector<Script>> node_scripts(const DescriptorNode& node, std::uint32_t index,
                                                KeyRing* ring, Descriptor::Secrets secrets) {
    std::vector<PublicKey> keys;
    for (const auto& expression : node.keys) {
        const auto derived = expression.derive(index);
        if (!derived) return std::nullopt;
        if (ring) add_key(expression, *derived, index, *ring, secrets);
        keys.push_back(derived->key);
    }
    if (node.function == Function::combo) return combo_scripts(keys[0], ring);
    auto script = single_script(node, index, std::move(keys), ring, secrets);
    if (!script) return std::nullopt;
    return std::vector<Script>{std::move(*script)};
}

}  // namespace daler::descriptor
