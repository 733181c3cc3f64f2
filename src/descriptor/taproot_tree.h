#pragma once

#include <daler/descriptor/key_ring.h>

#include <optional>
#include <vector>

namespace daler::descriptor {

/// A script tree: its root, and for each leaf the sibling hashes on the way to the root, which its
/// control block lists.
struct TaprootTree {
    Hash256 root;
    std::vector<std::vector<Hash256>> paths;  ///< in the order of the leaves, from the leaf up
};

/// Nothing if there are no leaves. Requires: the depths are those of a tree.
[[nodiscard]] std::optional<TaprootTree> taproot_tree(std::span<const TaprootLeaf> leaves);

/// The positions of the leaves in the order in which Bitcoin Core visits them: by script, then the
/// shortest path first. It decides the order in texts, and which of equal witnesses is used.
[[nodiscard]] std::vector<std::size_t> leaves_in_order(std::span<const TaprootLeaf> leaves,
                                                       const TaprootTree& tree);

/// What a leaf requires: signatures of `threshold` of these keys.
struct LeafKeys {
    int threshold = 1;
    std::vector<crypto::XOnlyKey> keys;
    bool is_multisig = false;  ///< multi_a, not pk
};

/// Nothing if the script of the leaf is of another kind.
[[nodiscard]] std::optional<LeafKeys> leaf_keys(const Script& script);

}  // namespace daler::descriptor
