#include <daler/descriptor/descriptor.h>
#include <daler/encoding/hex.h>
#include <daler/script/standard.h>

#include <fmt/format.h>

#include <algorithm>

#include "sane_miniscript.h"
#include "taproot_tree.h"

namespace daler::descriptor {
namespace {

/// The nesting that scripts can have: sh(wsh(...)).
enum class Level : std::uint8_t { top, in_sh, in_wsh };

class Inference {
public:
    Inference(const KeyRing& ring, const AddressFormat& format) : ring_(ring), format_(format) {}

    [[nodiscard]] std::string describe(const Script& script, Level level) const {
        if (auto text = solvable(script, level)) return *text;
        if (const auto address = encode_address(script, format_)) return "addr(" + *address + ")";
        return "raw(" + to_hex(script.bytes()) + ")";
    }

private:
    [[nodiscard]] std::string key(const crypto::PublicKey& key) const {
        // Most rings that describe an output are empty, and a hash costs more than all the rest.
        const auto* found = ring_.origins.empty() ? nullptr : ring_.find_origin(key.hash());
        return origin(found) + to_hex(key.bytes());
    }
    [[nodiscard]] std::string key(const crypto::XOnlyKey& key) const {
        const auto* found = ring_.origins.empty() ? nullptr : ring_.find_origin(key);
        return origin(found) + to_hex(key.bytes);
    }
    [[nodiscard]] static std::string origin(const KeyOrigin* found) {
        return found ? "[" + found->to_text() + "]" : "";
    }

    [[nodiscard]] const crypto::PublicKey* key_of_hash(ByteSpan hash) const {
        crypto::Digest160 id;
        std::ranges::copy(hash, id.begin());
        return ring_.find_public_key(id);
    }

    /// The text of a script whose keys and scripts are known.
    [[nodiscard]] std::optional<std::string> solvable(const Script& script, Level level) const;
    [[nodiscard]] std::optional<std::string> multisig(const std::vector<Bytes>& data) const;
    [[nodiscard]] std::optional<std::string> expression(const Script& script,
                                                        miniscript::Context context) const;
    [[nodiscard]] std::optional<std::string> taproot(ByteSpan program) const;
    [[nodiscard]] std::optional<std::string> leaf(const Script& script) const;
    /// The leaves of a script tree, and the rank of each in Bitcoin Core's order.
    struct Leaves {
        std::span<const TaprootLeaf> all;
        std::vector<std::size_t> ranks;
    };
    /// A part of a script tree. The hash is the same with the sides exchanged: the side that has
    /// the leaf of the lowest rank is shown first.
    struct Branch {
        std::string text;
        std::size_t rank;
    };
    /// The part that starts at leaf `position` and is `depth` levels down.
    [[nodiscard]] std::optional<Branch> tree(const Leaves& leaves, std::size_t& position,
                                             std::size_t depth) const;
    [[nodiscard]] std::optional<std::string> tree(std::span<const TaprootLeaf> leaves) const;

    const KeyRing& ring_;
    const AddressFormat& format_;
};

std::optional<std::string> Inference::solvable(const Script& script, Level level) const {
    const auto solution = script::solve(script.bytes());
    switch (solution.type) {
        case script::OutputType::pubkey: {
            const auto public_key = crypto::PublicKey::from_bytes(solution.data[0]);
            if (!public_key || !public_key->is_on_curve()) return std::nullopt;
            return "pk(" + key(*public_key) + ")";
        }
        case script::OutputType::pubkey_hash: {
            const auto* public_key = key_of_hash(solution.data[0]);
            return public_key ? std::optional("pkh(" + key(*public_key) + ")") : std::nullopt;
        }
        case script::OutputType::witness_v0_key_hash: {
            const auto* public_key = key_of_hash(solution.data[0]);
            if (!public_key || !public_key->is_compressed() || level == Level::in_wsh) return {};
            return "wpkh(" + key(*public_key) + ")";
        }
        case script::OutputType::multisig:
            return multisig(solution.data);
        case script::OutputType::script_hash: {
            const auto* inner = ring_.find_script(solution.data[0]);
            if (!inner || level != Level::top) return std::nullopt;
            const auto text = solvable(*inner, Level::in_sh);
            return text ? std::optional("sh(" + *text + ")") : std::nullopt;
        }
        case script::OutputType::witness_v0_script_hash: {
            const auto* inner = ring_.find_witness_script(solution.data[0]);
            if (!inner || level == Level::in_wsh) return std::nullopt;
            const auto text = solvable(*inner, Level::in_wsh);
            return text ? std::optional("wsh(" + *text + ")") : std::nullopt;
        }
        case script::OutputType::witness_v1_taproot:
            return level == Level::top ? taproot(solution.data[0]) : std::nullopt;
        case script::OutputType::nonstandard:
            if (level == Level::in_wsh) return expression(script, miniscript::Context::p2wsh);
            break;
        case script::OutputType::anchor:
        case script::OutputType::null_data:
        case script::OutputType::witness_unknown:
            break;
    }
    return std::nullopt;
}

std::optional<std::string> Inference::expression(const Script& script,
                                                 miniscript::Context context) const {
    const auto sane = sane_miniscript(script.bytes(), context, keys_of_ring(ring_, context));
    if (!sane) return std::nullopt;
    std::vector<std::string> keys;
    for (const auto& bytes : sane->keys) {
        keys.push_back(context == miniscript::Context::p2wsh
                           ? key(*crypto::PublicKey::from_bytes(bytes))
                           : key(*crypto::XOnlyKey::from_bytes(bytes)));
    }
    return miniscript::to_text(sane->expression, keys);
}

std::optional<std::string> Inference::multisig(const std::vector<Bytes>& data) const {
    std::string out = fmt::format("multi({}", data.front().at(0));
    for (std::size_t i = 1; i + 1 < data.size(); ++i) {
        const auto public_key = crypto::PublicKey::from_bytes(data[i]);
        if (!public_key || !public_key->is_on_curve()) return std::nullopt;
        out += "," + key(*public_key);
    }
    return out + ")";
}

std::optional<std::string> Inference::leaf(const Script& script) const {
    const auto asked = leaf_keys(script);
    if (!asked) return expression(script, miniscript::Context::tapscript);
    if (!asked->is_multisig) return "pk(" + key(asked->keys[0]) + ")";
    std::string out = fmt::format("multi_a({}", asked->threshold);
    for (const auto& one : asked->keys)
        out += "," + key(one);
    return out + ")";
}

std::optional<Inference::Branch> Inference::tree(const Leaves& leaves, std::size_t& position,
                                                 std::size_t depth) const {
    const auto& next = leaves.all[position];
    if (next.depth == depth) {
        auto text = leaf(next.script);
        if (!text) return std::nullopt;
        return Branch{std::move(*text), leaves.ranks[position++]};
    }
    auto left = tree(leaves, position, depth + 1);
    auto right = left ? tree(leaves, position, depth + 1) : std::nullopt;
    if (!right) return std::nullopt;
    if (right->rank < left->rank) std::swap(left, right);
    return Branch{"{" + left->text + "," + right->text + "}", left->rank};
}

std::optional<std::string> Inference::tree(std::span<const TaprootLeaf> leaves) const {
    const auto order = leaves_in_order(leaves, *taproot_tree(leaves));
    Leaves ranked{leaves, std::vector<std::size_t>(leaves.size())};
    for (std::size_t rank = 0; rank < order.size(); ++rank)
        ranked.ranks[order[rank]] = rank;
    std::size_t position = 0;
    auto root = tree(ranked, position, 0);
    return root ? std::optional(std::move(root->text)) : std::nullopt;
}

std::optional<std::string> Inference::taproot(ByteSpan program) const {
    const auto output = crypto::XOnlyKey::from_bytes(program);
    if (!output) return std::nullopt;
    if (const auto known = ring_.taproot.find(*output); known != ring_.taproot.end()) {
        const TaprootOutput& made_of = known->second;
        const std::string start = "tr(" + key(made_of.internal_key);
        if (made_of.leaves.empty()) return start + ")";
        if (const auto scripts = tree(made_of.leaves)) return start + "," + *scripts + ")";
    }
    if (!output->is_on_curve()) return std::nullopt;
    return "rawtr(" + key(*output) + ")";
}

}  // namespace

std::string infer(const Script& script, const KeyRing& ring, const AddressFormat& format) {
    const std::string text = Inference(ring, format).describe(script, Level::top);
    return text + "#" + *checksum(text);
}

}  // namespace daler::descriptor
