#include "taproot_tree.h"

#include <daler/script/opcodes.h>
#include <daler/script/script_number.h>
#include <daler/script/script_reader.h>
#include <daler/script/taproot.h>
#include <daler/util/ensure.h>

#include <algorithm>
#include <numeric>

namespace daler::descriptor {
namespace {

/// A finished part of the tree: the leaves from `first` to the last one before the next part.
struct Subtree {
    std::size_t depth;
    Hash256 hash;
    std::size_t first;
};

std::optional<crypto::XOnlyKey> pushed_key(const script::Instruction& instruction) {
    if (!instruction.pushes_data() || !script::is_minimal_push(instruction)) return std::nullopt;
    return crypto::XOnlyKey::from_bytes(instruction.data);
}

std::optional<int> pushed_number(const script::Instruction& instruction) {
    std::optional<std::int64_t> number;
    if (instruction.opcode >= script::op_1)
        number = script::small_number(instruction.opcode);
    else if (instruction.pushes_data() && script::is_minimal_push(instruction))
        number = script::decode_number(instruction.data, true);
    if (!number || *number < 1) return std::nullopt;
    return static_cast<int>(*number);
}

}  // namespace

std::optional<TaprootTree> taproot_tree(std::span<const TaprootLeaf> leaves) {
    if (leaves.empty()) return std::nullopt;
    TaprootTree out;
    out.paths.resize(leaves.size());
    std::vector<Subtree> open;  // from left to right
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        const ByteSpan script = leaves[i].script.bytes();
        Subtree right{leaves[i].depth,
                      script::tap_leaf_hash(script::tapscript_leaf_version, script), i};
        while (!open.empty() && open.back().depth == right.depth) {
            const Subtree left = open.back();
            open.pop_back();
            for (std::size_t leaf = left.first; leaf <= i; ++leaf)
                out.paths[leaf].push_back(leaf < right.first ? right.hash : left.hash);
            right = {right.depth - 1, script::tap_branch_hash(left.hash, right.hash), left.first};
        }
        open.push_back(right);
    }
    ensure(open.size() == 1);
    out.root = open.front().hash;
    return out;
}

std::vector<std::size_t> leaves_in_order(std::span<const TaprootLeaf> leaves,
                                         const TaprootTree& tree) {
    std::vector<std::size_t> out(leaves.size());
    std::iota(out.begin(), out.end(), std::size_t{0});
    std::ranges::stable_sort(out, [&](std::size_t a, std::size_t b) {
        const ByteSpan first = leaves[a].script.bytes();
        const ByteSpan second = leaves[b].script.bytes();
        if (!std::ranges::equal(first, second))
            return std::ranges::lexicographical_compare(first, second);
        const auto& path = tree.paths[a];
        const auto& other = tree.paths[b];
        return path.size() != other.size() ? path.size() < other.size() : path < other;
    });
    return out;
}

std::optional<LeafKeys> leaf_keys(const Script& script) {
    LeafKeys out;
    script::ScriptReader reader(script.bytes());
    auto instruction = reader.next();
    while (instruction) {
        const auto key = pushed_key(*instruction);
        if (!key) break;
        instruction = reader.next();
        const auto check = out.keys.empty() ? script::op_checksig : script::op_checksigadd;
        if (!instruction || instruction->opcode != check) return std::nullopt;
        out.keys.push_back(*key);
        instruction = reader.next();
    }
    if (out.keys.empty()) return std::nullopt;
    if (!instruction) {
        if (out.keys.size() == 1 && reader.at_end()) return out;
        return std::nullopt;
    }
    const auto threshold = pushed_number(*instruction);
    const auto last = reader.next();
    if (!threshold || !last || last->opcode != script::op_numequal || !reader.rest().empty() ||
        static_cast<std::size_t>(*threshold) > out.keys.size()) {
        return std::nullopt;
    }
    out.threshold = *threshold;
    out.is_multisig = true;
    return out;
}

}  // namespace daler::descriptor
