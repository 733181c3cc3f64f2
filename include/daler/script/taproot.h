#pragma once

#include <daler/crypto/key.h>
#include <daler/primitives/hash.h>

#include <optional>

namespace daler::script {

/// The leaf version whose scripts follow the rules of tapscript (BIP 342).
inline constexpr std::uint8_t tapscript_leaf_version = 0xc0;
/// The maximum number of levels of a script tree.
inline constexpr std::size_t max_taproot_depth = 128;

/// The leaf of a script tree (BIP 341). `leaf_version` is even.
[[nodiscard]] Hash256 tap_leaf_hash(std::uint8_t leaf_version, ByteSpan script);

/// The parent of two nodes; their order does not matter.
[[nodiscard]] Hash256 tap_branch_hash(const Hash256& a, const Hash256& b);

/// The tweak of an internal key. Without `merkle_root` the output can only be spent with the key.
[[nodiscard]] Hash256 tap_tweak_hash(const crypto::XOnlyKey& internal_key,
                                     const std::optional<Hash256>& merkle_root);

/// The output key of an internal key and its script tree, and the parity of its y coordinate.
/// Nothing if the internal key is not on the curve.
[[nodiscard]] std::optional<crypto::XOnlyKey::Tweaked> taproot_output_key(
    const crypto::XOnlyKey& internal_key, const std::optional<Hash256>& merkle_root);

/// The last item of a script path's witness: it proves that the script is in the tree.
struct ControlBlock {
    static constexpr std::size_t base_size = 33;
    static constexpr std::size_t node_size = 32;

    std::uint8_t leaf_version;
    bool parity;  ///< of the output key
    crypto::XOnlyKey internal_key;
    ByteSpan path;  ///< the siblings on the way to the root, 32 bytes each, from the leaf up

    /// Nothing unless `bytes` has 33 + 32 * n bytes, n at most 128. `path` points into `bytes`.
    [[nodiscard]] static std::optional<ControlBlock> parse(ByteSpan bytes);

    /// The root of the tree that has `leaf` at the end of the path.
    [[nodiscard]] Hash256 merkle_root(const Hash256& leaf) const;

    /// True if `output_key` is the internal key tweaked with the tree that has `leaf`.
    [[nodiscard]] bool proves(const Hash256& leaf, const crypto::XOnlyKey& output_key) const;
};

}  // namespace daler::script
