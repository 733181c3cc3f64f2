#pragma once

#include <daler/crypto/hash.h>

#include <compare>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace daler {

/// A 256-bit hash with a type for what was hashed, so that a mix-up does not compile. Bytes are in
/// the order of the wire; text is hex in reversed order, as Bitcoin shows hashes.
template <class Tag>
struct TaggedHash {
    crypto::Digest256 bytes{};

    /// Parses 64 hex digits in displayed (reversed) order.
    [[nodiscard]] static std::optional<TaggedHash> from_hex(std::string_view text);

    /// 64 hex digits in displayed (reversed) order.
    [[nodiscard]] std::string to_hex() const;

    /// All zeros: "none", for example the parent of a genesis block.
    [[nodiscard]] bool is_zero() const { return bytes == crypto::Digest256{}; }

    /// The same bits as another type of hash: an explicit conversion.
    template <class Other>
    [[nodiscard]] Other as() const {
        return Other{bytes};
    }

    auto operator<=>(const TaggedHash&) const = default;
};

using Txid = TaggedHash<struct TxidTag>;            ///< of a transaction without witness
using Wtxid = TaggedHash<struct WtxidTag>;          ///< of a transaction with witness (BIP 141)
using BlockHash = TaggedHash<struct BlockHashTag>;  ///< of a block header
using MerkleRoot = TaggedHash<struct MerkleRootTag>;
using Hash256 = TaggedHash<struct Hash256Tag>;  ///< of anything else

extern template struct TaggedHash<struct TxidTag>;
extern template struct TaggedHash<struct WtxidTag>;
extern template struct TaggedHash<struct BlockHashTag>;
extern template struct TaggedHash<struct MerkleRootTag>;
extern template struct TaggedHash<struct Hash256Tag>;

/// For hash tables whose keys an attacker cannot choose at low cost (block hashes need work), or
/// that are bounded. Tables with keys that an attacker can choose use SaltedHasher.
struct PlainHasher {
    template <class Tag>
    std::size_t operator()(const TaggedHash<Tag>& hash) const {
        std::size_t out;
        std::memcpy(&out, hash.bytes.data(), sizeof out);
        return out;
    }
};

}  // namespace daler
