#include <daler/script/taproot.h>

namespace daler::script {
namespace {

constexpr std::uint8_t leaf_version_mask = 0xfe;

}  // namespace

Hash256 tap_leaf_hash(std::uint8_t leaf_version, ByteSpan script) {
    static const auto tagged = crypto::Sha256::tagged("TapLeaf");
    ByteWriter head(10);
    head.u8(leaf_version);
    head.compact_size(script.size());
    return {crypto::Sha256(tagged).add(head.view()).add(script).finish()};
}

Hash256 tap_branch_hash(const Hash256& a, const Hash256& b) {
    static const auto tagged = crypto::Sha256::tagged("TapBranch");
    const auto& [low, high] = std::minmax(a, b);
    return {crypto::Sha256(tagged).add(low.bytes).add(high.bytes).finish()};
}

Hash256 tap_tweak_hash(const crypto::XOnlyKey& internal_key,
                       const std::optional<Hash256>& merkle_root) {
    static const auto tagged = crypto::Sha256::tagged("TapTweak");
    crypto::Sha256 hasher(tagged);
    hasher.add(internal_key.bytes);
    if (merkle_root) hasher.add(merkle_root->bytes);
    return {hasher.finish()};
}

std::optional<crypto::XOnlyKey::Tweaked> taproot_output_key(
    const crypto::XOnlyKey& internal_key, const std::optional<Hash256>& merkle_root) {
    return internal_key.tweak_add(tap_tweak_hash(internal_key, merkle_root).bytes);
}

std::optional<ControlBlock> ControlBlock::parse(ByteSpan bytes) {
    if (bytes.size() < base_size || bytes.size() > base_size + node_size * max_taproot_depth ||
        (bytes.size() - base_size) % node_size != 0) {
        return std::nullopt;
    }
    const auto key = crypto::XOnlyKey::from_bytes(bytes.subspan(1, 32));
    return ControlBlock{static_cast<std::uint8_t>(bytes[0] & leaf_version_mask),
                        (bytes[0] & 1) != 0, *key, bytes.subspan(base_size)};
}

Hash256 ControlBlock::merkle_root(const Hash256& leaf) const {
    Hash256 node = leaf;
    for (auto rest = path; !rest.empty(); rest = rest.subspan(node_size)) {
        Hash256 beside;
        std::ranges::copy(rest.first(node_size), beside.bytes.begin());
        node = tap_branch_hash(node, beside);
    }
    return node;
}

bool ControlBlock::proves(const Hash256& leaf, const crypto::XOnlyKey& output_key) const {
    const auto tweak = tap_tweak_hash(internal_key, merkle_root(leaf));
    return internal_key.check_tweak(output_key, parity, tweak.bytes);
}

}  // namespace daler::script
