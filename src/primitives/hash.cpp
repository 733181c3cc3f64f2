#include <daler/primitives/hash.h>

#include <daler/encoding/hex.h>

#include <algorithm>

namespace daler {

template <class Tag>
std::optional<TaggedHash<Tag>> TaggedHash<Tag>::from_hex(std::string_view text) {
    TaggedHash hash;
    if (text.size() != 2 * hash.bytes.size()) return std::nullopt;
    const auto parsed = daler::from_hex(text);
    if (!parsed) return std::nullopt;
    std::reverse_copy(parsed->begin(), parsed->end(), hash.bytes.begin());
    return hash;
}

template <class Tag>
std::string TaggedHash<Tag>::to_hex() const {
    crypto::Digest256 shown = bytes;
    std::ranges::reverse(shown);
    return daler::to_hex(shown);
}

template struct TaggedHash<struct TxidTag>;
template struct TaggedHash<struct WtxidTag>;
template struct TaggedHash<struct BlockHashTag>;
template struct TaggedHash<struct MerkleRootTag>;
template struct TaggedHash<struct Hash256Tag>;

}  // namespace daler
