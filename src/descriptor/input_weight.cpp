#include <daler/descriptor/signing.h>
#include <daler/script/opcodes.h>
#include <daler/script/standard.h>

#include <algorithm>

#include "taproot_tree.h"

namespace daler::descriptor {
namespace {

using script::OutputType;

constexpr std::size_t outpoint_and_sequence = 40;
constexpr std::size_t ecdsa_size = 71;    // with low R and S, and the hash type
constexpr std::size_t schnorr_size = 64;  // with the default hash type
constexpr std::int64_t scale = 4;         // weight of a byte outside the witness

using Sizes = std::vector<std::size_t>;

/// Bytes of a push of `size` bytes in a scriptSig.
std::size_t push_size(std::size_t size) {
    if (size < script::op_pushdata1) return 1 + size;
    return size <= 0xff ? 2 + size : 3 + size;
}

std::size_t script_sig_size(const Sizes& items) {
    std::size_t out = 0;
    for (const std::size_t item : items)
        out += push_size(item);
    return out;
}

std::size_t witness_size(const Sizes& items) {
    std::size_t out = compact_size_length(items.size());
    for (const std::size_t item : items)
        out += compact_size_length(item) + item;
    return out;
}

/// Sizes of the stack items that satisfy a script that is not a wrapper of another.
std::optional<Sizes> satisfaction(const Script& script, const KeyRing& ring) {
    const auto solution = script::solve(script.bytes());
    switch (solution.type) {
        case OutputType::pubkey:
            return Sizes{ecdsa_size};
        case OutputType::pubkey_hash:
        case OutputType::witness_v0_key_hash: {
            crypto::Digest160 id;
            std::ranges::copy(solution.data[0], id.begin());
            const auto* key = ring.find_public_key(id);
            if (!key) return std::nullopt;
            return Sizes{ecdsa_size, key->bytes().size()};
        }
        case OutputType::multisig: {
            Sizes out(solution.data.front().at(0) + std::size_t{1}, ecdsa_size);
            out.front() = 0;
            return out;
        }
        case OutputType::nonstandard:
        case OutputType::anchor:
        case OutputType::script_hash:
        case OutputType::null_data:
        case OutputType::witness_v0_script_hash:
        case OutputType::witness_v1_taproot:
        case OutputType::witness_unknown:
            return std::nullopt;
    }
    return std::nullopt;
}

/// The cheapest leaf that can be signed, if the secret of the key path is missing; else the key
/// path.
Sizes taproot_items(ByteSpan program, const KeyRing& ring) {
    const Sizes key_path{schnorr_size};
    const auto output = crypto::XOnlyKey::from_bytes(program);
    const auto known = output ? ring.taproot.find(*output) : ring.taproot.end();
    if (known == ring.taproot.end() || ring.find_secret(known->second.internal_key))
        return key_path;
    const auto tree = taproot_tree(known->second.leaves);
    std::optional<Sizes> least;
    for (std::size_t i = 0; i < known->second.leaves.size(); ++i) {
        const Script& script = known->second.leaves[i].script;
        const auto asked = leaf_keys(script);
        const auto has_secret = [&](const auto& key) { return ring.find_secret(key) != nullptr; };
        if (!asked || std::ranges::count_if(asked->keys, has_secret) < asked->threshold) continue;
        auto sizes = leaf_witness_sizes(*asked, script, tree->paths[i].size(), schnorr_size);
        if (!least || witness_size(sizes) < witness_size(*least)) least = std::move(sizes);
    }
    return least.value_or(key_path);
}

std::optional<Sizes> witness_items(const Script& script, const KeyRing& ring) {
    const auto solution = script::solve(script.bytes());
    switch (solution.type) {
        case OutputType::witness_v1_taproot:
            return taproot_items(solution.data[0], ring);
        case OutputType::witness_v0_key_hash:
            return satisfaction(script, ring);
        case OutputType::witness_v0_script_hash: {
            const auto* inner = ring.find_witness_script(solution.data[0]);
            auto out = inner ? satisfaction(*inner, ring) : std::nullopt;
            if (out) out->push_back(inner->size());
            return out;
        }
        case OutputType::nonstandard:
        case OutputType::anchor:
        case OutputType::pubkey:
        case OutputType::pubkey_hash:
        case OutputType::script_hash:
        case OutputType::multisig:
        case OutputType::null_data:
        case OutputType::witness_unknown:
            return std::nullopt;
    }
    return std::nullopt;
}

std::int64_t weight(std::size_t script_sig, std::size_t witness) {
    const std::size_t base = outpoint_and_sequence + compact_size_length(script_sig) + script_sig;
    return scale * static_cast<std::int64_t>(base) + static_cast<std::int64_t>(witness);
}

}  // namespace

std::optional<std::int64_t> signed_input_weight(const Script& script, const KeyRing& ring) {
    const std::size_t no_witness = 1;  // the count of zero items
    if (script::witness_program(script.bytes())) {
        const auto items = witness_items(script, ring);
        return items ? std::optional(weight(0, witness_size(*items))) : std::nullopt;
    }
    if (!script::is_pay_to_script_hash(script.bytes())) {
        const auto items = satisfaction(script, ring);
        return items ? std::optional(weight(script_sig_size(*items), no_witness)) : std::nullopt;
    }
    const auto* redeem = ring.find_script(script::solve(script.bytes()).data[0]);
    if (!redeem) return std::nullopt;
    if (script::witness_program(redeem->bytes())) {
        const auto items = witness_items(*redeem, ring);
        if (!items) return std::nullopt;
        return weight(push_size(redeem->size()), witness_size(*items));
    }
    auto items = satisfaction(*redeem, ring);
    if (!items) return std::nullopt;
    items->push_back(redeem->size());
    return weight(script_sig_size(*items), no_witness);
}

}  // namespace daler::descriptor
