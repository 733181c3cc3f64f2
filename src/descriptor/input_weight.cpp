#include <daler/descriptor/signing.h>
#include <daler/miniscript/satisfy.h>
#include <daler/script/opcodes.h>
#include <daler/script/standard.h>
#include <daler/script/taproot.h>

#include <algorithm>

#include "miniscript_spend.h"
#include "sane_miniscript.h"
#include "taproot_tree.h"

namespace daler::descriptor {
namespace {

using script::OutputType;

constexpr std::size_t outpoint_and_sequence = 40;
constexpr std::size_t ecdsa_size = 71;    // with low R and S, and the hash type
constexpr std::size_t schnorr_size = 64;  // with the default hash type
// With a hash type, which a PSBT may ask for; Bitcoin Core counts it, too.
constexpr std::size_t longest_schnorr_size = 65;
constexpr std::int64_t scale = 4;  // weight of a byte outside the witness

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

/// The elements of the smallest witness of a leaf that the secrets of `ring` can make, if its lock
/// times are over; nothing if they are not enough.
std::optional<Sizes> leaf_items(const Script& script, const KeyRing& ring) {
    const auto context = miniscript::Context::tapscript;
    const auto sign = [&](ByteSpan bytes) -> std::optional<Bytes> {
        const auto key = crypto::XOnlyKey::from_bytes(bytes);
        if (!key || !ring.find_secret(*key)) return std::nullopt;
        return Bytes(schnorr_size);
    };
    const PlaceholderSignatures source;
    const Preimages no_preimages;
    const auto stack = satisfy_miniscript(
        script.bytes(), {context, keys_of_ring(ring, context), sign, source, no_preimages});
    if (!stack) return std::nullopt;
    Sizes out;
    for (const auto& element : *stack)
        out.push_back(element.size());
    return out;
}

/// The cheapest leaf that can be signed, if the secret of the key path is missing; else the key
/// path.
std::size_t taproot_witness_size(ByteSpan program, const KeyRing& ring) {
    const std::size_t key_path = witness_size({longest_schnorr_size});
    const auto output = crypto::XOnlyKey::from_bytes(program);
    const auto known = output ? ring.taproot.find(*output) : ring.taproot.end();
    if (known == ring.taproot.end() || ring.find_secret(known->second.internal_key))
        return key_path;
    const auto tree = taproot_tree(known->second.leaves);
    std::optional<std::size_t> least;
    for (std::size_t i = 0; i < known->second.leaves.size(); ++i) {
        const Script& script = known->second.leaves[i].script;
        auto items = leaf_items(script, ring);
        if (!items) continue;
        items->push_back(script.size());
        items->push_back(script::ControlBlock::base_size +
                         tree->paths[i].size() * script::ControlBlock::node_size);
        least = std::min(least.value_or(witness_size(*items)), witness_size(*items));
    }
    return least.value_or(key_path);
}

std::optional<std::size_t> script_hash_witness_size(const Script& script, const KeyRing& ring) {
    if (auto items = satisfaction(script, ring)) {
        items->push_back(script.size());
        return witness_size(*items);
    }
    const auto context = miniscript::Context::p2wsh;
    const auto sane = sane_miniscript(script.bytes(), context, keys_of_ring(ring, context));
    const auto largest = sane ? miniscript::largest_witness(sane->expression) : std::nullopt;
    if (!largest) return std::nullopt;
    return compact_size_length(largest->elements + 1) + largest->bytes +
           compact_size_length(script.size()) + script.size();
}

std::optional<std::size_t> witness_size_of(const Script& script, const KeyRing& ring) {
    const auto solution = script::solve(script.bytes());
    switch (solution.type) {
        case OutputType::witness_v1_taproot:
            return taproot_witness_size(solution.data[0], ring);
        case OutputType::witness_v0_key_hash: {
            const auto items = satisfaction(script, ring);
            return items ? std::optional(witness_size(*items)) : std::nullopt;
        }
        case OutputType::witness_v0_script_hash: {
            const auto* inner = ring.find_witness_script(solution.data[0]);
            return inner ? script_hash_witness_size(*inner, ring) : std::nullopt;
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
        const auto size = witness_size_of(script, ring);
        return size ? std::optional(weight(0, *size)) : std::nullopt;
    }
    if (!script::is_pay_to_script_hash(script.bytes())) {
        const auto items = satisfaction(script, ring);
        return items ? std::optional(weight(script_sig_size(*items), no_witness)) : std::nullopt;
    }
    const auto* redeem = ring.find_script(script::solve(script.bytes()).data[0]);
    if (!redeem) return std::nullopt;
    if (script::witness_program(redeem->bytes())) {
        const auto size = witness_size_of(*redeem, ring);
        return size ? std::optional(weight(push_size(redeem->size()), *size)) : std::nullopt;
    }
    auto items = satisfaction(*redeem, ring);
    if (!items) return std::nullopt;
    items->push_back(redeem->size());
    return weight(script_sig_size(*items), no_witness);
}

}  // namespace daler::descriptor
