#pragma once

#include <daler/descriptor/key_ring.h>
#include <daler/primitives/transaction.h>

#include <map>
#include <set>

namespace daler::descriptor {

/// An ECDSA signature with its hash type byte, and the key that made it.
struct KeySignature {
    crypto::PublicKey key;
    Bytes signature;

    bool operator==(const KeySignature&) const = default;
};

/// A public key and where it comes from.
struct KeyWithOrigin {
    crypto::PublicKey key;
    KeyOrigin origin;
};

/// A script of a taproot tree with its leaf version.
struct LeafScript {
    Bytes script;
    std::uint8_t version;

    auto operator<=>(const LeafScript&) const = default;
};

/// Shorter byte strings come first.
struct ShortestFirst {
    bool operator()(const Bytes& a, const Bytes& b) const {
        return a.size() != b.size() ? a.size() < b.size() : a < b;
    }
};

/// The leaves of a taproot output with the control blocks that prove them.
using LeafScripts = std::map<LeafScript, std::set<Bytes, ShortestFirst>>;

/// A key and a leaf that it signs.
struct LeafKey {
    crypto::XOnlyKey key;
    Hash256 leaf_hash;

    auto operator<=>(const LeafKey&) const = default;
};

/// Where a taproot key comes from, and the leaves that ask for it; none for the internal key.
struct TaprootOrigin {
    std::set<Hash256> leaf_hashes;
    KeyOrigin origin;

    bool operator==(const TaprootOrigin&) const = default;
};

/// Preimages by hash.
struct Preimages {
    std::map<crypto::Digest160, Bytes> ripemd160;
    std::map<crypto::Digest256, Bytes> sha256;
    std::map<crypto::Digest160, Bytes> hash160;
    std::map<crypto::Digest256, Bytes> hash256;

    bool operator==(const Preimages&) const = default;
};

/// What is not known about an input, and prevents its signing.
struct MissingParts {
    std::vector<crypto::Digest160> public_keys;  ///< hashes of keys
    std::vector<crypto::Digest160> signatures;   ///< hashes of the keys that must sign
    std::optional<crypto::Digest160> redeem_script;
    std::optional<crypto::Digest256> witness_script;
};

/// What is known about spending one output, and the scriptSig and witness made of it. A plain
/// value; several signers add to it one after the other.
struct SpendData {
    Script redeem_script;                                  ///< empty: unknown
    Script witness_script;                                 ///< empty: unknown
    std::map<crypto::Digest160, KeySignature> signatures;  ///< by hash of the key
    std::map<crypto::Digest160, KeyWithOrigin> origins;    ///< by hash of the key
    Preimages preimages;
    bool given_signatures_first = false;  ///< a multisig prefers `signatures` to new ones

    std::optional<crypto::XOnlyKey> internal_key;
    std::optional<Hash256> merkle_root;
    LeafScripts leaf_scripts;
    std::vector<TaprootLeaf> tree;  ///< of an output that a descriptor describes
    Bytes key_path_signature;       ///< empty: unknown
    std::map<LeafKey, Bytes> leaf_signatures;
    std::map<crypto::XOnlyKey, TaprootOrigin> taproot_origins;

    Script script_sig;
    Witness witness;
    bool has_witness = false;  ///< the output is spent with a witness
    bool complete = false;     ///< scriptSig and witness are valid
    bool is_known = true;      ///< false: a script of unknown kind, or unknown scripts or keys
    MissingParts missing;
};

}  // namespace daler::descriptor
