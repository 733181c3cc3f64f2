#include "taproot_signing.h"

#include <daler/script/taproot.h>

#include <algorithm>

#include "miniscript_spend.h"
#include "taproot_tree.h"

namespace daler::descriptor {
namespace {

/// Bytes of a witness.
std::size_t size_of(const Witness& items) {
    std::size_t out = compact_size_length(items.size());
    for (const auto& item : items)
        out += compact_size_length(item.size()) + item.size();
    return out;
}

class TaprootSpend {
public:
    TaprootSpend(const SignatureSource& source, const KeyRing& ring, SpendData& data)
        : source_(source), ring_(ring), data_(data) {}

    void add_known(const crypto::XOnlyKey& output);
    void sign_key_path(const crypto::XOnlyKey& output);
    /// The stack of one leaf without script and control block, or nothing.
    std::optional<Witness> satisfy(const LeafScript& leaf);

private:
    std::optional<Bytes> signature(const LeafKey& key);
    /// An x-only key by its hash.
    [[nodiscard]] std::optional<Bytes> find_key(ByteSpan hash160) const;

    const SignatureSource& source_;
    const KeyRing& ring_;
    SpendData& data_;
};

void TaprootSpend::add_known(const crypto::XOnlyKey& output) {
    const auto known = ring_.taproot.find(output);
    if (known == ring_.taproot.end()) return;
    const TaprootOutput& made_of = known->second;
    if (!data_.internal_key) data_.internal_key = made_of.internal_key;
    if (!data_.merkle_root) data_.merkle_root = made_of.merkle_root;
    data_.tree = made_of.leaves;
    for (auto& [leaf, blocks] : leaf_scripts(made_of))
        data_.leaf_scripts[leaf].insert(blocks.begin(), blocks.end());
}

void TaprootSpend::sign_key_path(const crypto::XOnlyKey& output) {
    Bytes& signature = data_.key_path_signature;
    if (data_.internal_key) {
        const auto& key = *data_.internal_key;
        if (const auto* origin = ring_.find_origin(key))
            data_.taproot_origins.emplace(key, TaprootOrigin{{}, *origin});
        if (!signature.empty()) return;
        const auto tweak = script::tap_tweak_hash(key, data_.merkle_root);
        signature = source_.key_path(ring_, key, tweak).value_or(Bytes{});
    }
    if (signature.empty())
        signature = source_.key_path(ring_, output, std::nullopt).value_or(Bytes{});
}

std::optional<Bytes> TaprootSpend::signature(const LeafKey& key) {
    if (const auto* origin = ring_.find_origin(key.key)) {
        const auto known = data_.taproot_origins.emplace(key.key, TaprootOrigin{{}, *origin});
        known.first->second.leaf_hashes.insert(key.leaf_hash);
    }
    const auto given = data_.leaf_signatures.find(key);
    if (given != data_.leaf_signatures.end()) return given->second;
    auto made = source_.leaf(ring_, key);
    if (made) data_.leaf_signatures.emplace(key, *made);
    return made;
}

std::optional<Bytes> TaprootSpend::find_key(ByteSpan hash160) const {
    const auto is_it = [hash160](const crypto::XOnlyKey& key) {
        return std::ranges::equal(crypto::hash160(key.bytes), hash160);
    };
    for (const auto& [key, origin] : data_.taproot_origins)
        if (is_it(key)) return Bytes(key.bytes.begin(), key.bytes.end());
    for (const auto& [hash, full] : ring_.public_keys) {
        if (!full.is_compressed()) continue;
        const auto key = x_only(full);
        if (is_it(key)) return Bytes(key.bytes.begin(), key.bytes.end());
    }
    return std::nullopt;
}

std::optional<Witness> TaprootSpend::satisfy(const LeafScript& leaf) {
    if (leaf.version != script::tapscript_leaf_version) return std::nullopt;
    const Hash256 leaf_hash = script::tap_leaf_hash(leaf.version, leaf.script);
    const auto find = [this](ByteSpan hash160) { return find_key(hash160); };
    const auto sign = [&](ByteSpan bytes) -> std::optional<Bytes> {
        const auto key = crypto::XOnlyKey::from_bytes(bytes);
        return key ? signature({*key, leaf_hash}) : std::nullopt;
    };
    return satisfy_miniscript(
        leaf.script, {miniscript::Context::tapscript, find, sign, source_, data_.preimages});
}

}  // namespace

LeafScripts leaf_scripts(const TaprootOutput& made_of) {
    const auto tree = taproot_tree(made_of.leaves);
    const auto tweaked = script::taproot_output_key(made_of.internal_key, made_of.merkle_root);
    if (!tree || !tweaked) return {};
    LeafScripts out;
    for (std::size_t i = 0; i < made_of.leaves.size(); ++i) {
        const int parity = tweaked->parity ? 1 : 0;
        Bytes control{static_cast<std::uint8_t>(script::tapscript_leaf_version | parity)};
        const auto append = [&control](const auto& bytes) {
            control.insert(control.end(), bytes.begin(), bytes.end());
        };
        append(made_of.internal_key.bytes);
        for (const auto& hash : tree->paths[i])
            append(hash.bytes);
        const ByteSpan script = made_of.leaves[i].script.bytes();
        out[{Bytes(script.begin(), script.end()), script::tapscript_leaf_version}].insert(
            std::move(control));
    }
    return out;
}

Witness make_taproot_witness(const crypto::XOnlyKey& output, const SignatureSource& source,
                             const KeyRing& ring, SpendData& data) {
    TaprootSpend spend(source, ring, data);
    spend.add_known(output);
    spend.sign_key_path(output);
    if (!data.key_path_signature.empty()) return {data.key_path_signature};
    Witness smallest;
    for (const auto& [leaf, blocks] : data.leaf_scripts) {
        auto stack = spend.satisfy(leaf);
        if (!stack) continue;
        stack->push_back(leaf.script);
        stack->push_back(*blocks.begin());
        if (smallest.empty() || size_of(*stack) < size_of(smallest)) smallest = std::move(*stack);
    }
    return smallest;
}

}  // namespace daler::descriptor
